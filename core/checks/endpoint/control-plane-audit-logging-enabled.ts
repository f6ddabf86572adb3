import { defineCheck } from "../../model/check.ts";
import { updateLogging } from "./eks-commands.ts";

const required = ["audit", "authenticator"];
const text = "Turn on delivery of the control plane's audit and authenticator logs to CloudWatch Logs.";

export const controlPlaneAuditLoggingEnabled = defineCheck({
  id: "control-plane-audit-logging-enabled",
  title: "Audit and authenticator logs are delivered",
  surface: "endpoint",
  severity: "medium",
  path: { none: "It judges what is recorded of requests, not who can make them." },
  needs: ["logging"],
  why: "The audit log says what was asked of the API server and by whom, the authenticator log which IAM identity stood behind it. Without both, a break-in leaves no trace.",
  judged:
    "Passes when both audit and authenticator are among the log types that the cluster delivers; either alone fails, and the message names the missing one. The types api, controllerManager and scheduler are not asked for. The AWS plane alone decides.",
  unseen: "Who keeps and reads the delivered logs, for how long, and whether the log group is encrypted.",
  remediation: text,
  examples: {
    fail: { logging: { enabledTypes: ["api", "audit"] } },
    pass: { logging: { enabledTypes: ["api", "audit", "authenticator"] } },
  },
  evaluate: ({ logging: { enabledTypes } }, _settings, about) => {
    const { resource } = about;
    const name = `Cluster ${resource.name}`;
    const missing = required.filter((type) => !enabledTypes.includes(type));
    const evidence = { enabledTypes, missing };
    if (missing.length === 0)
      return [{ status: "pass", resource, evidence, message: `${name} delivers its audit and authenticator logs.` }];
    const remediation = { text, commands: [updateLogging(about, missing)] };
    const message = `${name} does not deliver its ${missing.join(" and ")} ${missing.length === 1 ? "log" : "logs"}.`;
    return [{ status: "fail", resource, evidence, remediation, message }];
  },
});
