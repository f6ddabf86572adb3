import type { SecurityGroup } from "../../model/aws.ts";
import { defineCheck } from "../../model/check.ts";
import { known } from "../../model/fact.ts";
import type { NetworkInterface } from "../../model/vpc.ts";
import type { Node, Pod } from "../../model/workloads.ts";
import { clientsByRbac, exemptions, sortPods } from "../../net/kubelet/clients.ts";
import { policyLayer } from "../../net/kubelet/engine.ts";
import { kubeletPaths, kubeletPorts } from "../../net/kubelet/reach.ts";
import { podClasses } from "../../net/kubelet/sources.ts";
import { nodeClasses, unreadNodes } from "../../net/kubelet/targets.ts";
import { effectiveFacts } from "../../net/policy/effective.ts";
import { daemonPodsOf } from "../../net/policy/enforcement/daemon-pods.ts";
import { branchModes } from "../../net/policy/enforcement/vpc-cni.ts";
import { indexGroups } from "../../net/security-group.ts";
import { topControllers } from "../../net/workloads/top-controller.ts";
import { exampleEnforcement, exampleNamespaces } from "../pod-network/example-policies.ts";
import { verdictOn } from "./kubelet-verdict.ts";

const clusterGroup: SecurityGroup = {
  id: "sg-cluster",
  name: "eks-cluster-sg-prod",
  description: "",
  tags: {},
  ingress: [{ protocol: "-1", cidrs: [], prefixListIds: [], groupIds: ["sg-cluster"], descriptions: [] }],
  egress: [{ protocol: "-1", cidrs: ["0.0.0.0/0"], prefixListIds: [], groupIds: [], descriptions: [] }],
};
const podGroup: SecurityGroup = { ...clusterGroup, id: "sg-web", name: "web", ingress: [] };
const spec: Pod["spec"] = { serviceAccount: "default", hostNetwork: false, hostPid: false, hostIpc: false, hostPaths: [], containers: [] };
const pod = (name: string, podIp: string, nodeName: string, hasBranchInterface: boolean): Pod => ({
  namespace: "shop",
  name,
  uid: name,
  labels: {},
  createdAt: "2026-11-02T09:00:00Z",
  nodeName,
  phase: "Running",
  podIps: [podIp],
  hasBranchInterface,
  spec,
});
const node = (name: string, internalIp: string, rest: Partial<Node>): Node => ({
  name,
  labels: {},
  internalIps: [internalIp],
  externalIps: [],
  isReady: true,
  ...rest,
});
const networkInterface = (id: string, address: string, type: string, groupId: string): NetworkInterface => ({
  id,
  subnetId: "subnet-0a1",
  groupIds: [groupId],
  privateIpv4: [address],
  publicIpv4: [],
  ipv6: [],
  type,
  description: "",
});
/** It was there before the pod: what it makes of branch interfaces, it made of the pod's. */
const agent: Pod = {
  namespace: "kube-system",
  name: "aws-node-x7",
  uid: "aws-node-x7",
  labels: {},
  createdAt: "2026-11-01T09:00:00Z",
  owner: { apiVersion: "apps/v1", kind: "DaemonSet", name: "aws-node", uid: "aws-node" },
  nodeName: "ip-10-0-1-11",
  phase: "Running",
  isReady: true,
  podIps: ["10.0.1.11"],
  hasBranchInterface: false,
  spec: {
    ...spec,
    hostNetwork: true,
    containers: [
      {
        name: "aws-node",
        image: "602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni:v1.23.1",
        isInit: false,
        ports: [],
        isPrivileged: false,
        addedCapabilities: [],
        settings: { ENABLE_POD_ENI: "true", POD_SECURITY_GROUP_ENFORCING_MODE: "strict" },
      },
    ],
  },
};
const rest = {
  ...exampleEnforcement,
  networkPolicies: known([]),
  namespaces: known(exampleNamespaces),
  securityGroups: known([clusterGroup, podGroup]),
  prefixLists: known([]),
  networkAcls: known([]),
  workloads: known([]),
  roles: known([]),
  roleBindings: known([]),
};
const fargate = { labels: { "eks.amazonaws.com/compute-type": "fargate" } };

export const kubeletBlockedFromPods = defineCheck({
  id: "kubelet-blocked-from-pods",
  title: "Pods are kept from the kubelets of all nodes",
  surface: "nodes",
  severity: "medium",
  path: { from: "pods", to: "kubelet" },
  needs: ["pods"],
  uses: [...effectiveFacts, "namespaces", "networkInterfaces", "securityGroups", "prefixLists", "networkAcls", "roles", "roleBindings"],
  why: "A kubelet runs commands in every pod of its node for whoever it takes for the control plane: a pod that cannot reach one cannot try.",
  judged:
    "Asks for every pod and every node whether some layer provably denies TCP 10250 and 10255: the policy engine, or the security groups and network ACLs where the path crosses them. To other nodes it does; to the pod's own node packets never leave the machine, so that only an engine, or a branch interface of a SecurityGroupPolicy in strict mode, can stop them; a pod keeps the mode that it was started with, so that one older than VPC CNI's agent on its node is unknown, and so is a branch interface of EKS Auto Mode. It fails with a witness pair when all layers provably allow one pair. Under VPC CNI no NetworkPolicy stops a pod from reaching its own node: where that alone is left open the severity is low. A ClusterNetworkPolicy of AWS does where the image of VPC CNI's agent on the pod's node has the tag of a release whose code was looked at; of later ones, of images without such a tag and of EKS Auto Mode it is unknown. It passes only when every path is blocked at every address of the nodes' interfaces; else it is unknown. hostNetwork pods, system workloads, kubeletClients, and clients whose RBAC grants nodes/metrics, nodes/stats or nodes/proxy are counted, not judged; while RBAC was not read no pod proves a fail. A GlobalNetworkPolicy of Calico that may select host endpoints, and a policy of Cilium that selects nodes while its host firewall is on, are not judged: the paths that they could close are unknown.",
  unseen:
    "The kubelet's own authentication, which EKS's images require. The path through the API server's nodes/proxy is RBAC's, and no network layer stands in it.",
  remediation:
    "Run the pods on EC2 nodes with security groups of their own on branch interfaces in strict mode (SecurityGroupPolicy), and let the nodes' groups admit TCP 10250 and 10255 from the control plane and the clients of kubelets alone; or deny pods egress to these ports of every node address by a policy of an engine that polices the own node too, such as Calico, or ClusterNetworkPolicies of AWS with a version of VPC CNI's agent that holds them there: NetworkPolicies under Amazon VPC CNI stop no pod from reaching its own node.",
  examples: {
    fail: {
      ...rest,
      pods: [pod("web", "10.0.1.10", "fargate-ip-10-0-1-10", false)],
      nodes: known([node("fargate-ip-10-0-1-10", "10.0.1.10", fargate), node("fargate-ip-10-0-1-11", "10.0.1.11", fargate)]),
      networkInterfaces: known([
        networkInterface("eni-0a1", "10.0.1.10", "interface", "sg-cluster"),
        networkInterface("eni-0a2", "10.0.1.11", "interface", "sg-cluster"),
      ]),
    },
    pass: {
      ...rest,
      pods: [pod("web", "10.0.1.10", "ip-10-0-1-11", true), agent],
      nodes: known([node("ip-10-0-1-11", "10.0.1.11", { providerId: "aws:///eu-west-1a/i-0a1" })]),
      networkInterfaces: known([
        networkInterface("eni-0a1", "10.0.1.10", "branch", "sg-web"),
        { ...networkInterface("eni-0a2", "10.0.1.11", "interface", "sg-cluster"), instanceId: "i-0a1" },
      ]),
    },
  },
  evaluate: (facts, settings, { resource }) => {
    const { pods, nodes, networkInterfaces, workloads } = facts;
    const isClient = clientsByRbac(facts.roles, facts.roleBindings);
    const sorted = sortPods(pods, { topOf: topControllers(workloads), isClient, settings });
    if (sorted.judged.length === 0) {
      const counts = exemptions.flatMap((one) => (sorted.exempt[one].length === 0 ? [] : [`${one} ${sorted.exempt[one].length}`]));
      const message = `Cluster ${resource.name} runs no pod that is judged${counts.length === 0 ? "" : ` (${counts.join(", ")})`}.`;
      return [{ resource, status: "not-applicable", message }];
    }
    const targets = nodes.state === "known" ? nodeClasses(nodes.value, networkInterfaces, pods) : [unreadNodes(nodes.reason)];
    const engine = policyLayer(facts, targets, kubeletPorts);
    const branchMode = branchModes(daemonPodsOf(known(pods), workloads));
    const vpc = { groups: indexGroups(facts.securityGroups, facts.prefixLists), networkAcls: facts.networkAcls };
    const paths = kubeletPaths(podClasses(sorted.judged, { networkInterfaces, branchMode, engine }), targets, { vpc, engine });
    return [verdictOn(resource, { sorted, paths, engine, ...(nodes.state === "known" ? { nodeCount: nodes.value.length } : {}) })];
  },
});
