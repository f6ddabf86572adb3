import { defineAccountCheck } from "../../model/check.ts";
import { judgeReads } from "./read-completely.ts";

export const accountReadCompletely = defineAccountCheck({
  id: "account-read-completely",
  title: "The account's role could be assumed and every enabled Region listed",
  surface: "coverage",
  severity: "high",
  path: { none: "It judges what was read of an account." },
  needs: ["reads"],
  why: "Clusters of an account or Region that could not be listed appear in no report, and nobody misses them.",
  judged:
    "Fails when the account's role could not be assumed, its Regions not listed, or the clusters of an enabled Region not listed. A Region or account that a service control policy closes by an explicit deny is skipped on purpose and does not fail it; an account that is closed altogether is not-applicable. It cannot be waived, and for exit codes it counts as a gap and not as a failing check.",
  unseen: "Clusters that EKS does not list for the account, and Regions that are not enabled for it.",
  remediation:
    "Deploy the member role to the account, and let the scanner assume it and list Regions and clusters; the finding says for each unread answer what to do.",
  examples: {
    fail: {
      reads: [
        { read: "sts:AssumeRole", state: "read" },
        { read: "account:ListRegions", state: "read" },
        {
          read: "eks:ListClusters eu-west-1",
          state: "unknown",
          reason: { code: "forbidden", message: "The role may not call eks:ListClusters." },
        },
      ],
    },
    pass: {
      reads: [
        { read: "sts:AssumeRole", state: "read" },
        { read: "account:ListRegions", state: "read" },
        { read: "eks:ListClusters eu-west-1", state: "read" },
      ],
    },
  },
  // A Region or account that a service control policy closes is closed on purpose, for everyone.
  evaluate: ({ reads }, _settings, about) => [
    judgeReads(reads, ({ state, reason }) => state === "skipped" || reason?.code === "denied-by-policy", about),
  ],
});
