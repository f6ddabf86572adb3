import type { Pod } from "../../model/workloads.ts";

/** A pod that has run to its end keeps its object and has no endpoint any more. */
export const hasEnded = ({ phase }: Pod): boolean => phase === "Succeeded" || phase === "Failed";
