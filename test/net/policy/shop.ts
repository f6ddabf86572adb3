/** A small cluster by hand, and questions about it in short text. */
import type { NetworkPolicy } from "../../../core/model/network-policy.ts";
import { parseCidrs } from "../../../core/net/addresses.ts";
import { decisionBetween, type One } from "../../../core/net/policy/decide.ts";
import type { PodClass, PolicyModel } from "../../../core/net/policy/model.ts";
import { protocols } from "../../../core/net/policy/port-set.ts";

const pod = (namespace: string, labels: PodClass["labels"], ip: string, namedPorts: PodClass["namedPorts"] = []): PodClass => ({
  namespace,
  labels,
  namespaceLabels: { "kubernetes.io/metadata.name": namespace, team: namespace, ...(namespace === "lab" ? { trusted: "no" } : {}) },
  serviceAccount: "default",
  serviceAccountLabels: {},
  namedPorts,
  addresses: parseCidrs([ip]),
});

/** In shop web and api, in pay db, in lab probe. */
export const pods: Readonly<Record<string, PodClass>> = {
  "shop/web": pod("shop", { app: "web", tier: "front" }, "10.0.0.1", [{ name: "http", protocol: "TCP", port: 8080 }]),
  "shop/api": pod("shop", { app: "api" }, "10.0.0.2", [
    { name: "http", protocol: "TCP", port: 9090 },
    { name: "dns", protocol: "UDP", port: 53 },
  ]),
  "pay/db": pod("pay", { app: "db" }, "10.0.0.3", [{ name: "http", protocol: "UDP", port: 80 }]),
  "lab/probe": pod("lab", { app: "web" }, "10.0.0.4"),
};

/** A NetworkPolicy of shop that selects api. */
export const forApi = (spec: NetworkPolicy["spec"]): NetworkPolicy => ({
  namespace: "shop",
  name: "for-api",
  spec: { podSelector: { matchLabels: { app: "api" } }, ...spec },
});

/**
 * "yes", "no", or "perhaps": of a flow such as "shop/web -> shop/api TCP 80" or "8.8.8.8 -> shop/api UDP 53". Of "10.1.0.1@own" the
 * address is that of the node that the pod at the other end runs on, of "10.1.0.2@other" that of another.
 */
export function verdictOf(model: PolicyModel, flow: string): "yes" | "no" | "perhaps" {
  const [from = "", , to = "", protocol = "", port = ""] = flow.split(" ");
  const one = (text: string): One => {
    const found = pods[text];
    const [address = "", node] = text.split("@");
    const outside = parseCidrs(found ? [] : [address]);
    return found ? { pod: found } : node === "own" || node === "other" ? { outside, node } : { outside };
  };
  const { atLeast, atMost } = decisionBetween(model, one(from), one(to));
  const holds = (set: typeof atLeast): boolean =>
    protocols.some((each) => each === protocol && set[each].some((range) => range.from <= Number(port) && Number(port) <= range.to));
  return holds(atLeast) ? "yes" : holds(atMost) ? "perhaps" : "no";
}

/** The flows with the verdict that each is said to have. */
export const verdictsOf = (model: PolicyModel, flows: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.keys(flows).map((flow) => [flow, verdictOf(model, flow)]));
