/** Whether the subnets of a load balancer fit what it is for. */
import type { LoadBalancer } from "../../model/aws.ts";
import type { Reason } from "../../model/fact.ts";
import { admitsEveryPort } from "../reach/network-acl.ts";
import { internetGatewayOf } from "../reach/routes.ts";
import type { SubnetIndex } from "../reach/subnet.ts";
import { publicFamiliesOf } from "./sources.ts";

export interface Placement {
  /** Subnets that certainly do not fit, with the route table or network ACL that says so. */
  readonly misfits: readonly { readonly subnetId: string; readonly by: string }[];
  /** Why it is not known of some. */
  readonly doubt?: Reason;
}

/** An internal load balancer has no need of subnets from which a route leads to an internet gateway. */
export function placementOfInternal(loadBalancer: LoadBalancer, subnets: SubnetIndex): Placement {
  return place(loadBalancer, (subnetId) => {
    const table = subnets.routeTable(subnetId);
    if (table.state === "unknown") return table.reason;
    const leads = internetGatewayOf(table.value);
    if (typeof leads === "object") return leads;
    return leads ? table.value.id : undefined;
  });
}

/** Where sources are declared, the network ACLs of an internet-facing one's subnets keep somebody out as well. */
export function placementOfRestricted(loadBalancer: LoadBalancer, subnets: SubnetIndex): Placement {
  const families = publicFamiliesOf(loadBalancer);
  return place(loadBalancer, (subnetId) => {
    const acl = subnets.networkAcl(subnetId);
    if (acl.state === "unknown") return acl.reason;
    return admitsEveryPort(acl.value, families) ? acl.value.id : undefined;
  });
}

/** @param misfit the id that shows a misfit, undefined where the subnet fits, or why it is not known */
function place({ subnetIds }: LoadBalancer, misfit: (subnetId: string) => string | Reason | undefined): Placement {
  const answers = subnetIds.map((subnetId) => ({ subnetId, by: misfit(subnetId) }));
  const misfits = answers.flatMap(({ subnetId, by }) => (typeof by === "string" ? [{ subnetId, by }] : []));
  const doubt = subnetIds.length === 0 ? untold : answers.flatMap(({ by }) => (typeof by === "object" ? [by] : []))[0];
  return { misfits, ...(doubt === undefined ? {} : { doubt }) };
}

const untold: Reason = { code: "malformed", message: "The load balancer was listed without its subnets." };
