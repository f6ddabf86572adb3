import { expect, it } from "vitest";
import type { ClusterNetworkPolicy } from "../../../core/model/cluster-network-policy.ts";
import { type Engine, type EngineSettings, type Policies, translate } from "../../../core/net/policy/translation.ts";
import { forApi, verdictsOf } from "./shop.ts";

const shut = forApi({ policyTypes: ["Ingress", "Egress"] });
const none: Policies = { networkPolicies: [] };
const np: Policies = { networkPolicies: [shut] };
const holds: EngineSettings = { vpcCni: { clusterPolicies: "own node too" } };
const aws = (tier: "Admin" | "Baseline", network = "10.0.0.0/8"): Pick<Policies, "clusterNetworkPolicies"> => ({
  clusterNetworkPolicies: [
    {
      apiGroup: "networking.k8s.aws",
      name: "guard",
      spec: {
        tier,
        priority: 1,
        subject: { namespaces: {} },
        egress: [{ action: "Deny", to: [{ networks: [network] }] }],
        ingress: [{ action: "Deny", from: [{ namespaces: {} }] }],
      } as ClusterNetworkPolicy["spec"],
    },
  ],
});
const calico: Policies = { calicoPolicies: [{ name: "shut", spec: { types: ["Ingress", "Egress"] } }] };
const cilium = (spec: object): Policies => ({
  ciliumPolicies: [{ namespace: "shop", name: "shut", spec: { endpointSelector: {}, ...spec } }],
});
const [leaves, enters] = ["shop/api -> 10.9.0.1@own TCP 10250", "10.9.0.1@own -> shop/api TCP 80"];
const others = { "shop/api -> 10.9.0.2@other TCP 10250": "no", "10.9.0.2@other -> shop/api TCP 80": "no" };

type Case = readonly [
  string,
  Engine,
  Policies,
  readonly [string, string],
  { readonly more?: Readonly<Record<string, string>>; readonly settings?: EngineSettings },
];

it.each<Case>([
  ["VPC CNI: always both ways past NetworkPolicies, and no other node", "vpc-cni", np, ["yes", "yes"], { more: others }],
  ["VPC CNI: both ways where no policy is", "vpc-cni", none, ["yes", "yes"], {}],
  ["VPC CNI: past an Admin denial by the version of its agent", "vpc-cni", { ...np, ...aws("Admin") }, ["perhaps", "yes"], {}],
  ["VPC CNI: a NetworkPolicy is asked before the Baseline, which denies", "vpc-cni", { ...np, ...aws("Baseline") }, ["yes", "yes"], {}],
  ["VPC CNI: past a Baseline denial alone by the version of its agent", "vpc-cni", aws("Baseline"), ["perhaps", "yes"], {}],
  ["VPC CNI: not past an Admin denial where its agent holds it", "vpc-cni", { ...np, ...aws("Admin") }, ["no", "yes"], { settings: holds }],
  ["VPC CNI: not past a Baseline denial alone where its agent holds it", "vpc-cni", aws("Baseline"), ["no", "yes"], { settings: holds }],
  [
    "VPC CNI: a NetworkPolicy is asked before the Baseline, which its agent holds",
    "vpc-cni",
    { ...np, ...aws("Baseline") },
    ["yes", "yes"],
    { settings: holds },
  ],
  [
    "VPC CNI: perhaps past a denial of what begins at the own node, though its agent holds it",
    "vpc-cni",
    aws("Admin", "10.9.0.1/32"),
    ["perhaps", "yes"],
    { settings: holds },
  ],
  [
    "VPC CNI: an agent that knows no ClusterNetworkPolicies holds none",
    "vpc-cni",
    aws("Admin"),
    ["yes", "yes"],
    { settings: { vpcCni: { clusterPolicies: "none" } } },
  ],
  ["the API: NetworkPolicies let the own node in, and nobody out to it", "kubernetes", np, ["no", "yes"], { more: others }],
  ["Calico: the own node enters whatever policies say", "calico", calico, ["no", "yes"], { more: others }],
  ["Cilium: the own node enters where none denies it", "cilium", np, ["no", "yes"], { more: others }],
  ["Cilium: unless it is denied", "cilium", cilium({ ingress: [{}], ingressDeny: [{ fromEntities: ["host"] }] }), ["yes", "no"], {}],
  [
    "Cilium: unless policies have to let it in",
    "cilium",
    np,
    ["no", "no"],
    { more: others, settings: { cilium: { localhostNeedsPolicy: true } } },
  ],
])("%s", (_rule, engine, policies, [left, entered], { more = {}, settings = {} }) => {
  const { model } = translate(engine, policies, settings);
  const expected = { [leaves]: left, [enters]: entered, "shop/web -> lab/probe TCP 80": engine === "calico" ? "no" : "yes", ...more };
  const isAdmin = policies.clusterNetworkPolicies !== undefined;
  const asked = Object.fromEntries(Object.entries(expected).filter(([flow]) => !isAdmin || flow === leaves || flow === enters));
  expect(verdictsOf(model, asked)).toEqual(asked);
});
