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
  judged:
    "Fails when any read that a selected check needs was not answered, and names each with its reason and what to do. Only reads that the selected checks need are counted. A cluster that is being created or deleted is not-applicable as not-ready. It tells a complete run from an incomplete one: no other check passes on what was not read, and this one says why. It cannot be waived, and for exit codes it counts as a gap and not as a failing check.",
  unseen: "Objects that the API server hides from the role without refusing the list. Reads that no selected check needs.",
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
