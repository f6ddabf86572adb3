import { defineCheck } from "../../model/check.ts";
import { judgeReads } from "./read-completely.ts";

export const clusterReadCompletely = defineCheck({
  id: "cluster-read-completely",
  title: "Everything that the checks need of the cluster was read",
  surface: "coverage",
  severity: "medium",
  path: { none: "It judges what was read of a cluster." },
  needs: ["reads"],
  why: "What was not read was not judged. A cluster without failing findings is only as good as what was seen of it.",
  remediation: "Give the scanner the access that the unread answers lack; the finding says for each of them what to do.",
  examples: {
    fail: {
      reads: [
        { read: "eks:DescribeCluster", state: "read" },
        {
          read: "kubernetes:list services",
          state: "unknown",
          reason: { code: "forbidden", message: "The API server answered 403: services is forbidden." },
        },
      ],
    },
    pass: {
      reads: [
        { read: "eks:DescribeCluster", state: "read" },
        { read: "kubernetes:list services", state: "read" },
      ],
    },
  },
  evaluate: ({ reads }, _settings, about) => [judgeReads(reads, ({ state }) => state === "skipped", about)],
});
