/** How the paths of a cluster's exposure are called, and which of them come first. */
import type { Path, Zone } from "../model/path.ts";

/** Those that a reader asks for first, in that order; others follow. */
export const firstPaths: readonly Path[] = [
  { from: "internet", to: "endpoint" },
  { from: "internet", to: "load-balancers" },
  { from: "pods", to: "endpoint" },
  { from: "pods", to: "kubelet" },
  { from: "pods", to: "instance-metadata" },
  { from: "internet", to: "nodes" },
  { from: "internet", to: "workloads" },
];

export const pathKey = ({ from, to }: Path): string => `${from}>${to}`;

export const placeWords: Readonly<Record<Zone, string>> = {
  internet: "internet",
  "named-ranges": "named ranges",
  vpc: "VPC",
  pods: "pods",
  endpoint: "API server",
  "load-balancers": "load balancers",
  workloads: "pods",
  nodes: "nodes",
  kubelet: "kubelet",
  "instance-metadata": "instance metadata",
};

/** Such as "internet → API server". */
export const pathWords = ({ from, to }: Path, words = placeWords): string =>
  `${words[from]} → ${from === "pods" && to === "workloads" ? "other pods" : words[to]}`;
