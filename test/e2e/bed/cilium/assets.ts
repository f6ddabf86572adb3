import path from "node:path";
import { built } from "../built.ts";

/** The program that speaks for Cilium's policy code, built now if it never was. */
export const ciliumVerdicts = async (): Promise<string> =>
  path.join(await built(path.join(import.meta.dirname, "build.sh")), "cilium-verdicts");
