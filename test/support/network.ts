/** Builders for what lies between an internet gateway and a subnet. */
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { known } from "../../core/model/fact.ts";
import type { NetworkAcl, NetworkAclEntry, Route, RouteTable } from "../../core/model/vpc.ts";

export const aRoute = (cidr: string, target: string, state: Route["state"] = "active"): Route => ({ cidr, target, state });
const local = aRoute("10.0.0.0/16", "local");

/** A route table of these subnets, with the VPC's own range beside what is given. Without subnets it is the main one. */
export const aRouteTable = (subnetIds: readonly string[], ...routes: readonly Route[]): RouteTable => ({
  id: `rtb-of-${subnetIds[0] ?? "all"}`,
  vpcId: "vpc-0a1",
  isMain: subnetIds.length === 0,
  subnetIds,
  routes: [local, ...routes],
});

/** Both families to an internet gateway. */
export const toInternet: readonly Route[] = [aRoute("0.0.0.0/0", "igw-0a1"), aRoute("::/0", "igw-0a1")];

const both = ["0.0.0.0/0", "::/0"] as const;
/** Every protocol, both families. */
export const allowAll = (direction: NetworkAclEntry["direction"]): readonly NetworkAclEntry[] =>
  both.map((cidr, i) => ({ number: 100 + i, direction, action: "allow", protocol: "-1", cidr }));

/** A network ACL of these subnets that lets everything out, and in what is given. */
export const anAcl = (subnetIds: readonly string[], ingress = allowAll("ingress"), egress = allowAll("egress")): NetworkAcl => ({
  id: `acl-of-${subnetIds[0] ?? "none"}`,
  isDefault: false,
  subnetIds,
  entries: [...ingress, ...egress],
});

/** A VPC whose subnets all lie open to the internet, but for what is said. */
export const anOpenNetwork = (
  given: { readonly tables?: readonly RouteTable[]; readonly acls?: readonly NetworkAcl[] } = {},
): Pick<ClusterFacts, "routeTables" | "networkAcls" | "blockPublicAccess"> => ({
  routeTables: known([aRouteTable([], ...toInternet), ...(given.tables ?? [])]),
  networkAcls: known([anAcl(["subnet-0a1", "subnet-0b2"]), ...(given.acls ?? [])]),
  blockPublicAccess: known({ mode: "off", exclusions: [] }),
});
