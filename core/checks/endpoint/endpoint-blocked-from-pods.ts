import { type About, defineCheck } from "../../model/check.ts";
import type { ClusterFacts } from "../../model/cluster.ts";
import { known } from "../../model/fact.ts";
import type { Settings } from "../../model/settings.ts";
import { controlPlaneAddresses, firstReached } from "../../net/policy/api-server.ts";
import { type EffectiveFacts, effectiveFacts } from "../../net/policy/effective.ts";
import { familiesBeside } from "../../net/policy/other-family.ts";
import { apiClients } from "../../net/rbac/api-clients.ts";
import { exampleEnforcement, exampleNamespaces, examplePods, examplePolicy } from "../pod-network/example-policies.ts";
import { type Judgement, judgeNamespaces, type Opinion } from "../pod-network/judge-namespaces.ts";

const rest = {
  ...exampleEnforcement,
  pods: examplePods,
  namespaces: exampleNamespaces,
  roles: known([]),
  roleBindings: known([]),
  services: known([
    {
      namespace: "default",
      name: "kubernetes",
      uid: "uid-of-kubernetes",
      annotations: {},
      labels: {},
      type: "ClusterIP" as const,
      loadBalancerSourceRanges: [],
      sessionAffinity: "None",
      externalIPs: [],
      clusterIPs: ["172.20.0.1"],
      selector: {},
      ports: [{ protocol: "TCP" as const, port: 443 }],
      hostnames: [],
    },
  ]),
  apiServerAddresses: known({ addresses: ["10.0.1.4", "10.0.2.4"], ports: [443] }),
  networkInterfaces: known(
    ["10.0.1.4", "10.0.2.4"].map((address, i) => ({
      id: `eni-0c${i}`,
      subnetId: "subnet-0a1",
      groupIds: ["sg-0c1"],
      privateIpv4: [address],
      publicIpv4: [],
      ipv6: [],
      type: "interface",
      description: "Amazon EKS prod",
    })),
  ),
};
const dns = { to: [{ namespaceSelector: {} }], ports: [{ protocol: "UDP", port: 53 }] };

export const endpointBlockedFromPods = defineCheck({
  id: "endpoint-blocked-from-pods",
  title: "Pods that do not need the Kubernetes API cannot reach it",
  surface: "endpoint",
  severity: "medium",
  path: { from: "pods", to: "endpoint" },
  needs: ["pods", "namespaces"],
  uses: [...effectiveFacts, "services", "apiServerAddresses", "networkInterfaces", "roles", "roleBindings"],
  why: "A pod that can reach the API server can try every credential that it finds, and every flaw of the server.",
  judged:
    "Fails a namespace in which a pod that does not need the Kubernetes API certainly reaches it by TCP 443 at one of three places: the endpoints of the Service kubernetes, the control plane's network interfaces, and, where the engine looks at packets before Services are resolved (VPC CNI, or no engine), the ClusterIP. A policy that lets one of them through is enough to fail; a pass needs all of them denied by policies that an engine enforces on the pod's node. A pod needs the API when its service account has RBAC beyond what every account gets, or when it is listed under apiClients; such pods, hostNetwork pods, system workloads and pods without a node yet are counted in the evidence and not judged. Where RBAC was not read, a pod that reaches the API makes the namespace unknown and not failing. A pod that may send in an address family that its policies do not cover (VPC CNI) withholds a pass.",
  unseen:
    "Security groups and network ACLs: a pod that they alone keep from the API server fails all the same. Whether a token is mounted into the pod is not read.",
  remediation:
    "Isolate the pods for egress by a NetworkPolicy that allows what they need, and neither the ClusterIP of the Service kubernetes nor the addresses of the control plane on TCP 443, and let an engine enforce it; or list pods that need the API under apiClients.",
  examples: {
    fail: { ...rest, networkPolicies: known([]) },
    pass: { ...rest, networkPolicies: known([examplePolicy("dns", { podSelector: {}, policyTypes: ["Egress"], egress: [dns] })]) },
  },
  evaluate: (facts, settings, about) => judgeNamespaces(toApiServer(facts, settings, about)),
});

type Facts = EffectiveFacts & Pick<ClusterFacts, "services" | "apiServerAddresses" | "networkInterfaces" | "roles" | "roleBindings">;

/** How it is judged. */
export function toApiServer(given: Facts, settings: Settings, about: About): Judgement {
  const { services, apiServerAddresses, networkInterfaces, roles, roleBindings, ...facts } = given;
  const targets = controlPlaneAddresses({ services, apiServerAddresses, networkInterfaces }, about.resource.name);
  const beside = familiesBeside(facts);
  return {
    facts,
    settings,
    about,
    failing: "that reach the API server without need",
    excuse: apiClients({ roles, roleBindings }, settings.apiClients),
    keyOf: (pod) => beside(pod).join(),
    judge: (subject, pod): Opinion => {
      const reached = firstReached(subject, targets, beside(pod));
      if (reached.state === "no") return { status: "pass" };
      if (reached.state === "unsure") return { status: "unknown", reason: reached.reason };
      const { address, what, why } = reached;
      const decides = subject.unenforced === undefined ? { policy: why } : { enforcement: subject.unenforced };
      return {
        status: "fail",
        seen: `it reaches ${what} at ${address}, ${why}`,
        witness: { from: "the pod", to: address, port: "TCP 443", ...decides },
      };
    },
  };
}
