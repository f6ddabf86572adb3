import type { Deployment } from "../model/deployment.ts";
import { areas, type Prerequisite, prerequisiteStates } from "../model/prerequisite.ts";
import { judgeAccess } from "./access.ts";
import { judgeNetwork } from "./network.ts";
import { judgeOnboarding } from "./onboarding.ts";
import { judgeOrganization } from "./organization.ts";
import { judgeRegions } from "./regions.ts";
import { judgeRole } from "./role.ts";
import { judgeSecurityHub } from "./security-hub.ts";

/** Everything that a deployment needs, and whether it is there: the worst first, then by area, then in the order of accounts. */
export function judgeDeployment(deployment: Deployment): readonly Prerequisite[] {
  const { accounts } = deployment;
  const all = [
    ...judgeOrganization(deployment),
    ...accounts.flatMap((account) => [
      judgeRole(account, deployment),
      ...judgeRegions(account, deployment),
      ...judgeSecurityHub(account, deployment),
      ...account.clusters.flatMap((cluster) => [
        judgeNetwork(cluster, account, deployment),
        judgeAccess(cluster),
        ...judgeOnboarding(cluster),
      ]),
    ]),
  ];
  return all.toSorted(
    (a, b) => prerequisiteStates.indexOf(a.state) - prerequisiteStates.indexOf(b.state) || areas.indexOf(a.area) - areas.indexOf(b.area),
  );
}

/** Whether nothing lacks. What could not be looked at may well lack. */
export const isReady = (prerequisites: readonly Prerequisite[]): boolean =>
  prerequisites.every(({ state }) => state === "ok" || state === "skipped");
