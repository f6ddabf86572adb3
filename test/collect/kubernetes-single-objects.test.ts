/** Objects that are read by name: ConfigMaps with network settings, and where the API server is. */
import type { RequestListener } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { clientLimits } from "../../core/collect/kubernetes/limits.ts";
import { namedSettingsObject } from "../../core/collect/kubernetes/parse-config-map.ts";
import { EndpointSliceObject } from "../../core/collect/kubernetes/parse-endpoint-slice.ts";
import { readKubernetes } from "../../core/collect/kubernetes.ts";
import { Reading } from "../../core/collect/reading.ts";
import { known, unknown } from "../../core/model/fact.ts";
import { ApiServerAddresses, NamedSettings } from "../../core/model/pod-network.ts";
import type { KubernetesObject } from "../../sandbox/kubernetes/objects.ts";
import type { KubernetesApiOptions } from "../../sandbox/kubernetes/server.ts";
import { read as kept } from "./kept.ts";
import { declaredRules, ports, quick, startCluster, startScripted, targetOf } from "./kubernetes-bed.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const configMap = (name: string, data: object, namespace = "kube-system"): KubernetesObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { namespace, name },
  data,
});
async function readFrom(url: string, limits: typeof quick = {}) {
  const reading = new Reading(ports);
  const needs = new Set(["networkSettings", "apiServerAddresses"] as const);
  const facts = await readKubernetes(known(targetOf(url)), needs, reading, ports, AbortSignal.timeout(10_000), {
    ...clientLimits,
    ...quick,
    ...limits,
  });
  return { settings: facts.networkSettings, apiServer: facts.apiServerAddresses, outcomes: reading.outcomes };
}
async function read(cluster: Partial<KubernetesApiOptions>) {
  const api = await startCluster(cluster);
  open.push(api);
  return { ...(await readFrom(api.url)), requests: api.requests().map(({ path }) => path) };
}
const absent = known({ isPresent: false, values: {} });

describe("a cluster's network settings", () => {
  it("known: the two ConfigMaps by their names, and of each the named keys alone; no list is asked for", async () => {
    const { settings, requests } = await read({
      objects: [
        configMap("amazon-vpc-cni", { "enable-network-policy-controller": "true", "warm-ip-target": "hunter2" }),
        configMap("cilium-config", { "enable-policy": "never", "policy-audit-mode": "true", "etcd-config": "hunter2" }),
        configMap("amazon-vpc-cni", { "enable-network-policy-controller": "false" }, "shop"),
        configMap("passwords", { root: "hunter2" }),
      ],
    });
    expect(settings).toEqual(
      known({
        vpcCni: known({ isPresent: true, values: { "enable-network-policy-controller": "true" } }),
        cilium: known({ isPresent: true, values: { "enable-policy": "never", "policy-audit-mode": "true" } }),
      }),
    );
    expect(requests.filter((path) => path.includes("configmaps")).sort()).toEqual([
      "/api/v1/namespaces/kube-system/configmaps/amazon-vpc-cni",
      "/api/v1/namespaces/kube-system/configmaps/cilium-config",
    ]);
  });

  it("known: that there is none, which the server says by name", async () => {
    const { settings, outcomes } = await read({ objects: [configMap("amazon-vpc-cni", {}, "shop")] });
    expect(settings).toEqual(known({ vpcCni: absent, cilium: absent }));
    expect(outcomes.map(({ state }) => state)).toEqual(["read", "read", "read"]);
  });

  it("unknown in part: one may not be read, with the rule that is missing", async () => {
    const rules = declaredRules.map((rule) =>
      rule.resourceNames?.includes("amazon-vpc-cni") ? { ...rule, resourceNames: ["another"] } : rule,
    );
    const { settings, outcomes } = await read({ rules });
    const message =
      'The scanner\'s role may not read configmaps kube-system/amazon-vpc-cni (403). Grant its group { apiGroups: [""], resources: ["configmaps"], resourceNames: ["amazon-vpc-cni"], verbs: ["get"] }.';
    expect(settings).toEqual(known({ vpcCni: unknown("forbidden", message), cilium: absent }));
    expect(outcomes.filter(({ state }) => state === "unknown").map(({ read: of }) => of)).toEqual([
      "kubernetes:get configmaps kube-system/amazon-vpc-cni",
    ]);
  });

  it("unknown: neither may be read", async () => {
    const { settings } = await read({ rules: declaredRules.filter(({ resources }) => !resources.includes("configmaps")) });
    expect(settings).toMatchObject({ state: "unknown", reason: { code: "forbidden" } });
  });

  const notFound = (details: object | undefined) =>
    JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", reason: "NotFound", details, code: 404 });
  const named = { name: "amazon-vpc-cni", kind: "configmaps" };
  it.each<[string, string, string]>([
    ["known, none: a Status that names it", notFound(named), "known"],
    ["unknown: a Status that names another", notFound({ ...named, name: "other" }), "not-found"],
    ["unknown: a Status about another kind", notFound({ ...named, kind: "namespaces" }), "not-found"],
    ["unknown: the server does not know the resource", notFound({}), "not-found"],
    ["unknown: a page of a proxy", "<html>404</html>", "not-found"],
    ["unknown: nothing at all", "", "not-found"],
  ])("a 404 is %s", async (_name, body, expected) => {
    const listener: RequestListener = (_request, response) => response.writeHead(404, { "content-type": "application/json" }).end(body);
    const server = await startScripted(listener);
    open.push(server);
    const { settings } = await readFrom(server.url);
    // The other ConfigMap's answer names this one, which says nothing of it.
    const its = settings.state === "unknown" ? settings : settings.value.vpcCni;
    expect(its.state === "unknown" ? its.reason.code : its.state).toBe(expected);
  });

  it.each<[string, object]>([
    ["an answer of another kind", { kind: "Secret", apiVersion: "v1", data: {} }],
    ["a value that is no text", { kind: "ConfigMap", apiVersion: "v1", data: { "enable-policy": 7 } }],
    ["data that is no table", { kind: "ConfigMap", apiVersion: "v1", data: [] }],
  ])("malformed: %s", (_name, object) => {
    expect(kept(namedSettingsObject(["enable-policy"]), NamedSettings, object)).toBe("malformed");
  });
});

describe("the API server's addresses", () => {
  const slice = (fields: object) =>
    kept(EndpointSliceObject, ApiServerAddresses, { kind: "EndpointSlice", apiVersion: "discovery.k8s.io/v1", ...fields });

  it("known: of all endpoints, ready or not, each once", () => {
    const endpoints = [
      { addresses: ["10.0.0.10", "10.0.1.10"], conditions: { ready: true } },
      { addresses: ["10.0.1.10"], conditions: { ready: false } },
    ];
    expect(slice({ endpoints, ports: [{ name: "https", port: 443 }, { port: null }] })).toEqual({
      addresses: ["10.0.0.10", "10.0.1.10"],
      ports: [443],
    });
  });
  it.each<[string, object]>([
    ["no endpoint", { endpoints: null, ports: null }],
    ["no field", {}],
  ])("known, none: %s", (_name, fields) => {
    expect(slice(fields)).toEqual({ addresses: [], ports: [] });
  });
  it("malformed: an endpoint without addresses", () => {
    expect(slice({ endpoints: [{}] })).toBe("malformed");
  });

  it("unknown: a cluster without the object is none that was read right", async () => {
    const listener: RequestListener = (request, response) => {
      const name = request.url?.split("/").at(-1);
      const kind = request.url?.includes("configmaps") ? "configmaps" : "endpointslices";
      response.writeHead(404).end(JSON.stringify({ kind: "Status", reason: "NotFound", details: { name, kind } }));
    };
    const server = await startScripted(listener);
    open.push(server);
    const { settings, apiServer } = await readFrom(server.url);
    expect(settings).toEqual(known({ vpcCni: absent, cilium: absent }));
    expect(apiServer).toMatchObject({ state: "unknown", reason: { code: "not-found" } });
  });
});
