/** What the fixes of the endpoint's own settings share. */
import { updateVpcConfig, type VpcConfig, waitForCluster } from "../../checks/endpoint/eks-commands.ts";
import type { Endpoint } from "../../model/aws.ts";
import { known } from "../../model/fact.ts";
import { aboutOf, type FixInput, type Plan } from "../fix.ts";

const outside =
  "Whoever uses the API server from outside the VPC, pipelines and people with kubectl included, loses it with the last command, unless a VPN, a peered network or a bastion leads into the VPC.";
const needsDns = "The private endpoint's name resolves in the VPC only where enableDnsHostnames and enableDnsSupport are on.";
const narrowed = "publicAccessCidrs replaces the whole list: what is not named here is shut out.";

/** A change of the endpoint's settings. Private access comes first where it is off, so that nodes never lose the control plane. */
export function endpointPlan(input: FixInput, endpoint: Endpoint, summary: string, change: VpcConfig): Plan {
  const about = aboutOf(input);
  const wait = waitForCluster(about);
  const turnsOn = change.endpointPrivateAccess === true && !endpoint.privateAccess;
  const { endpointPrivateAccess: _, ...rest } = change;
  const hasMore = Object.keys(rest).length > 0;
  const closes = change.endpointPublicAccess === false;
  return {
    summary,
    commands: [
      ...(turnsOn ? [updateVpcConfig(about, { endpointPrivateAccess: true }), wait] : []),
      ...(hasMore ? [updateVpcConfig(about, rest), wait] : []),
    ],
    manifests: [],
    after: {
      ...input.cluster.facts,
      endpoint: known({
        ...endpoint,
        privateAccess: endpoint.privateAccess || turnsOn,
        publicAccess: change.endpointPublicAccess ?? endpoint.publicAccess,
        publicCidrs: change.publicAccessCidrs ?? endpoint.publicCidrs,
      }),
    },
    isLast: true,
    notes: [...(turnsOn ? [needsDns] : []), ...(closes ? [outside] : []), ...(change.publicAccessCidrs === undefined ? [] : [narrowed])],
  };
}

/** The endpoint as it was read. A finding that fails has seen it. */
export function endpointOf({ cluster }: FixInput): Endpoint {
  const { endpoint } = cluster.facts;
  if (endpoint.state === "unknown") throw new TypeError("A fail of the endpoint was judged without the endpoint.");
  return endpoint.value;
}
