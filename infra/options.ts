/** What a deployment is told by its environment, as it belongs to the place and not to what is judged: docs/rollout.md. */

/** @throws {Error} before anything is declared, for what is no id of the kind */
function ids(name: string, shape: RegExp): readonly string[] {
  const given = (process.env[name] ?? "")
    .split(",")
    .map((id) => id.trim())
    .filter((id) => id !== "");
  const wrong = given.find((id) => !shape.test(id));
  if (wrong !== undefined) throw new Error(`${name} holds ${JSON.stringify(wrong)}, which does not match ${shape}.`);
  return given;
}

const subnets = ids("EKS_PERIMETER_SUBNETS", /^subnet-[0-9a-f]{8,17}$/);
const securityGroups = ids("EKS_PERIMETER_SECURITY_GROUPS", /^sg-[0-9a-f]{8,17}$/);
if ((subnets.length === 0) !== (securityGroups.length === 0)) {
  throw new Error("EKS_PERIMETER_SUBNETS and EKS_PERIMETER_SECURITY_GROUPS must be set both or neither.");
}

/** Where the function scan is attached, so that it reaches private endpoints; nowhere unless it is said. */
export const network = subnets.length === 0 ? {} : { vpc: { privateSubnets: [...subnets], securityGroups: [...securityGroups] } };

/** What the member roles demand besides the hub's roles; nothing unless it is said. */
const externalId = process.env.EKS_PERIMETER_EXTERNAL_ID ?? "";
export const externalIdVariable: Readonly<Record<string, string>> = externalId === "" ? {} : { EKS_PERIMETER_EXTERNAL_ID: externalId };

export const alarmEmail = process.env.EKS_PERIMETER_ALARM_EMAIL ?? "";
