/** The security group that a controller makes for a load balancer and keeps, by what it is asked for. */
import type { LoadBalancer, SecurityGroup, SecurityGroupRule } from "../../model/aws.ts";
import type { ClusterFacts } from "../../model/cluster.ts";
import type { DeclaredSources } from "../../net/load-balancer/source-ranges.ts";
import { familiesOf, portsOf } from "../../net/load-balancer/sources.ts";
import type { Step } from "../steps.ts";
import { withLoadBalancer, withNewGroup } from "./subject.ts";

const everybody = ["0.0.0.0/0", "::/0"];

/** In the place of the load balancer's groups. Its id is a stand-in: nobody knows it beforehand. */
export const withManagedGroup = (loadBalancer: LoadBalancer, sourcesOn: (port: number) => DeclaredSources): Step => ({
  change: (facts: ClusterFacts) => {
    const group = managedGroup(loadBalancer, sourcesOn);
    return withLoadBalancer(withNewGroup(facts, group), loadBalancer.arn, { securityGroupIds: [group.id] });
  },
});

function managedGroup(loadBalancer: LoadBalancer, sourcesOn: (port: number) => DeclaredSources): SecurityGroup {
  const { name, listeners } = loadBalancer;
  const hasIpv6 = familiesOf(loadBalancer).ipv6.length > 0;
  const ingress = (listeners.state === "known" ? listeners.value : []).flatMap((listener): readonly SecurityGroupRule[] => {
    const { ranges } = sourcesOn(listener.port);
    const cidrs = (ranges?.cidrs ?? everybody).filter((cidr) => hasIpv6 || !cidr.includes(":"));
    return portsOf(listener).map(({ protocol, from, to }) => ({
      protocol,
      fromPort: from,
      toPort: to,
      cidrs,
      prefixListIds: ranges?.prefixListIds ?? [],
      groupIds: [],
      descriptions: [],
    }));
  });
  return {
    id: `sg-stand-in-${name}`,
    name: `k8s-${name}`,
    description: "[k8s] Managed SecurityGroup for LoadBalancer",
    tags: {},
    ingress,
    egress: [],
  };
}
