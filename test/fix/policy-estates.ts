/** Clusters whose findings fixes of policies mend, each in the words of every dialect. */
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { known } from "../../core/model/fact.ts";
import type { NetworkPolicy } from "../../core/model/network-policy.ts";
import { anIngress, aService } from "../support/cluster.ts";
import { anInstance, nodeGroupTags } from "../support/nodes.ts";
import { type DialectName, type Estate, openPods, running, services } from "./policy-estate.ts";

/** Lets everybody through to and from the pods of shop with the label app=web. */
const openers: Readonly<Record<DialectName, Partial<ClusterFacts>>> = {
  "vpc-cni": { networkPolicies: known([opener()]) },
  aws: { networkPolicies: known([opener()]) },
  calico: {
    calicoPolicies: known([
      {
        namespace: "shop",
        name: "web",
        spec: { selector: "app == 'web'", types: ["Ingress", "Egress"], ingress: [{ action: "Allow" }], egress: [{ action: "Allow" }] },
      },
    ]),
  },
  cilium: {
    ciliumPolicies: known([
      {
        namespace: "shop",
        name: "web",
        spec: {
          endpointSelector: { matchLabels: { app: "web" } },
          ingress: [{ fromEntities: ["all"] }],
          egress: [{ toEntities: ["all"] }],
        },
      },
    ]),
  },
};
function opener(): NetworkPolicy {
  return {
    namespace: "shop",
    name: "web",
    spec: { podSelector: { matchLabels: { app: "web" } }, policyTypes: ["Ingress", "Egress"], ingress: [{}], egress: [{}] },
  };
}

const app = (namespace: string, name: string) => ({ namespace, labels: { app: name } });

/** Of one namespace: a pod that needs the API, one that reads kubelets, and one that needs neither. */
export const withClients: Estate = {
  pods: [
    ...openPods,
    running("shop", "operator", "10.0.1.41", { labels: { app: "operator", tier: "platform" } }),
    running("shop", "scraper", "10.0.2.42", { labels: { app: "scraper", tier: "platform" }, nodeName: "0b", hostIp: "10.0.2.4" }),
  ],
  settings: {
    apiClients: [app("shop", "operator")],
    kubeletClients: [app("shop", "scraper")],
  },
};

const flow = (name: string, from: object, to: object, port: number, expect = "allowed") => ({ name, cluster: "*", from, to, port, expect });
const flows = [
  flow("Web asks the API", app("shop", "web"), app("shop", "api"), 9090),
  flow("API asks the database", app("shop", "api"), app("pay", "db"), 5432),
  flow("Partner", { cidr: "198.51.100.0/24" }, app("shop", "api"), 8443),
  flow("Lab stays out", { namespace: "lab" }, app("pay", "db"), 5432, "denied"),
];

const ipv6Pods = openPods.map((pod, i) => ({ ...pod, podIps: [`2600:1f18:1:${i % 2}::${20 + i}`] }));

/** Instances that answer pods, as EKS Auto Mode runs them or not. */
export const withMetadata = (isManaged: boolean, ipv6Endpoint: "enabled" | "disabled" = "disabled"): Estate => ({
  facts: {
    instances: known(
      ["0a", "0b"].map((name) =>
        anInstance(`i-${name}`, {
          isManaged,
          subnetId: name === "0a" ? "subnet-a" : "subnet-b",
          tags: nodeGroupTags("web"),
          metadata: known({ endpoint: "enabled", ipv6Endpoint, tokens: "required", hopLimit: 2 }),
        }),
      ),
    ),
  },
});

/** The Service shop/web is meant for everybody. */
export const publicServices = [
  { cluster: "*", namespace: "shop", kind: "Service", name: "web", ports: [80], owner: "shop", reason: "The shop.", expires: "2027-01-31" },
];

export const estates: Readonly<Record<string, (dialect: DialectName) => Estate>> = {
  "no policy at all": () => ({}),
  "a policy that lets everybody through": (dialect) => ({ facts: openers[dialect] }),
  "a policy that lets everybody through to a public service": (dialect) => ({
    facts: openers[dialect],
    settings: {
      publicServices,
    },
  }),
  "clients of the API and of kubelets": () => withClients,
  "declared flows": () => ({ settings: { flows } }),
  "an Ingress and a controller for it": () => ({
    pods: [
      ...openPods,
      running("ingress-nginx", "controller", "10.0.1.50", {
        labels: { "app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/component": "controller" },
      }),
    ],
    facts: {
      services: known([
        ...services,
        aService("api", {
          type: "ClusterIP",
          clusterIPs: ["172.20.0.81"],
          selector: { app: "api" },
          ports: [{ protocol: "TCP", port: 80, targetPort: "http" }],
        }),
      ]),
      ingresses: known([anIngress("shop", { backends: [{ service: "api", port: 80 }] })]),
    },
  }),
  "pods of IPv6": () => ({ pods: ipv6Pods }),
  "instances of EKS Auto Mode that answer": () => withMetadata(true),
  "instances of EKS Auto Mode that answer in both families": () => withMetadata(true, "enabled"),
};
