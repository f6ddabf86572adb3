import { updateLogging, waitForCluster } from "../../checks/endpoint/eks-commands.ts";
import { known } from "../../model/fact.ts";
import { aboutOf, type Fix } from "../fix.ts";

const required = ["audit", "authenticator"];

export const fixControlPlaneAuditLoggingEnabled: Fix = (input) => {
  const { logging } = input.cluster.facts;
  const enabled = logging.state === "known" ? logging.value.enabledTypes : [];
  const missing = required.filter((type) => !enabled.includes(type));
  const about = aboutOf(input);
  return {
    plan: {
      summary: `Turns on delivery of the ${missing.join(" and ")} ${missing.length === 1 ? "log" : "logs"}.`,
      commands: [updateLogging(about, missing), waitForCluster(about)],
      manifests: [],
      after: { ...input.cluster.facts, logging: known({ enabledTypes: [...enabled, ...missing] }) },
      notes: ["CloudWatch Logs charges for what is ingested and kept: give the log group a retention time."],
    },
  };
};
