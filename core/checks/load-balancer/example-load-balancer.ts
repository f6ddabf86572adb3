/** A load balancer of a Service, and the network around it, from which the examples of checks are made. */
import type { LoadBalancer, SecurityGroup } from "../../model/aws.ts";
import type { ClusterFacts } from "../../model/cluster.ts";
import { type Fact, known } from "../../model/fact.ts";
import type { Service } from "../../model/kubernetes.ts";

/** Of the Service shop/web. */
export const exampleLoadBalancer: LoadBalancer = {
  arn: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/k8s-shop-web/0123456789abcdef",
  name: "k8s-shop-web",
  dnsName: "k8s-shop-web-0123456789abcdef.elb.eu-west-1.amazonaws.com",
  type: "network",
  scheme: "internet-facing",
  state: "active",
  ipAddressType: "ipv4",
  subnetIds: ["subnet-0a1"],
  securityGroupIds: ["sg-0a1"],
  listeners: known([{ port: 443, protocol: "TCP" }]),
  tags: known({ "elbv2.k8s.aws/cluster": "prod", "service.k8s.aws/stack": "shop/web" }),
};

export const exampleService: Service = {
  namespace: "shop",
  name: "web",
  uid: "01234567-89ab-cdef-0123-456789abcdef",
  annotations: {},
  labels: {},
  type: "LoadBalancer",
  loadBalancerClass: "service.k8s.aws/nlb",
  loadBalancerSourceRanges: [],
  sessionAffinity: "None",
  externalIPs: [],
  clusterIPs: ["10.100.0.7"],
  selector: { app: "web" },
  ports: [{ protocol: "TCP", port: 443 }],
  hostnames: [],
};

/** The load balancer's security group. */
export const exampleGroupAdmitting = (...cidrs: readonly string[]): Fact<readonly SecurityGroup[]> => {
  const rule = { protocol: "tcp", fromPort: 443, toPort: 443, cidrs, prefixListIds: [], groupIds: [], descriptions: [] };
  return known([{ id: "sg-0a1", name: "k8s-shop-web", description: "", tags: {}, ingress: [rule], egress: [] }]);
};

/** The VPC's one route table, whose default route leads to the target. */
export const exampleRoutes = (target: string): ClusterFacts["routeTables"] =>
  known([{ id: "rtb-0a1", vpcId: "vpc-0a1", isMain: true, subnetIds: [], routes: [{ cidr: "0.0.0.0/0", target, state: "active" }] }]);

/** What lets the internet in, but for security groups and network ACLs. */
export const exampleWayIn: Pick<ClusterFacts, "prefixLists" | "routeTables" | "networkAcls" | "blockPublicAccess"> = {
  prefixLists: known([]),
  routeTables: exampleRoutes("igw-0a1"),
  networkAcls: known([]),
  blockPublicAccess: known({ mode: "off", exclusions: [] }),
};
