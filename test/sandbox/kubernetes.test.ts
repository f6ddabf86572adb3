import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCertificates } from "../../sandbox/kubernetes/certificates.ts";
import type { KubernetesObject } from "../../sandbox/kubernetes/objects.ts";
import { type KubernetesApi, type KubernetesApiOptions, startKubernetesApi } from "../../sandbox/kubernetes/server.ts";
import { connectTo, type Reply } from "./kubernetes-client.ts";

const certificates = await createCertificates();
const running: KubernetesApi[] = [];
afterAll(() => Promise.all(running.map((api) => api.close())));

const service = (namespace: string, name: string, spec: object = { ports: [{ port: 80 }] }): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace, labels: { app: name } },
  spec,
});
const definition = (
  group: string,
  plural: string,
  kind: string,
  versions: readonly { name: string; served: boolean }[],
): KubernetesObject => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    scope: "Cluster",
    names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
    versions: versions.map((version, i) => ({ ...version, storage: i === 0 })),
  },
});

const readers = "eks-perimeter:readers";
const rules = [
  { groups: [readers], apiGroups: [""], resources: ["services", "pods", "namespaces"], verbs: ["list"] },
  { groups: [readers], apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs: ["list"] },
  { groups: [readers], apiGroups: [""], resources: ["configmaps"], resourceNames: ["amazon-vpc-cni"], verbs: ["get"] },
];

const start = async (options: Partial<KubernetesApiOptions> = {}) => {
  const api = await startKubernetesApi({
    objects: [],
    version: "1.33",
    rules,
    certificates,
    authenticate: async (token) => {
      if (token === "reader") return { username: "scanner", groups: [readers] };
      if (token === "admin") return { username: "admin", groups: ["system:masters"] };
      return undefined;
    },
    ...options,
  });
  running.push(api);
  return { api, get: connectTo(api, certificates.ca) };
};

const names = (reply: Reply): readonly string[] =>
  reply.body.items.map(({ metadata }: { metadata: { namespace?: string; name: string } }) =>
    metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`,
  );

describe("who may ask for what", () => {
  const refused = [
    ["1.33", "/version", undefined, 401, "Unauthorized"],
    ["1.33", "/api", undefined, 401, "Unauthorized"],
    ["1.33", "/api/v1/services", undefined, 401, "Unauthorized"],
    ["1.33", "/livez", "bad", 401, "Unauthorized"],
    ["1.31", "/api", undefined, 403, 'forbidden: User "system:anonymous" cannot get path "/api"'],
    ["1.31", "/version", "bad", 401, "Unauthorized"],
    [
      "1.31",
      "/api/v1/services",
      undefined,
      403,
      'services is forbidden: User "system:anonymous" cannot list resource "services" in API group "" at the cluster scope',
    ],
    ["1.33", "/", "reader", 403, 'forbidden: User "scanner" cannot get path "/"'],
    [
      "1.33",
      "/api/v1/secrets",
      "reader",
      403,
      'secrets is forbidden: User "scanner" cannot list resource "secrets" in API group "" at the cluster scope',
    ],
    [
      "1.33",
      "/api/v1/namespaces/shop/secrets",
      "reader",
      403,
      'secrets is forbidden: User "scanner" cannot list resource "secrets" in API group "" in the namespace "shop"',
    ],
    [
      "1.33",
      "/apis/networking.k8s.io/v1/networkpolicies",
      "reader",
      403,
      'networkpolicies.networking.k8s.io is forbidden: User "scanner" cannot list resource "networkpolicies" in API group "networking.k8s.io" at the cluster scope',
    ],
    [
      "1.33",
      "/api/v1/namespaces/kube-system/configmaps/other",
      "reader",
      403,
      'configmaps "other" is forbidden: User "scanner" cannot get resource "configmaps" in API group "" in the namespace "kube-system"',
    ],
    ["1.33", "/api/v1/namespaces/kube-system/configmaps/amazon-vpc-cni", "reader", 404, 'configmaps "amazon-vpc-cni" not found'],
    [
      "1.33",
      "/api/v1/namespaces/shop",
      "reader",
      403,
      'namespaces "shop" is forbidden: User "scanner" cannot get resource "namespaces" in API group "" in the namespace "shop"',
    ],
    [
      "1.33",
      "/apis/crd.projectcalico.org/v1/globalnetworkpolicies",
      "reader",
      403,
      'globalnetworkpolicies.crd.projectcalico.org is forbidden: User "scanner" cannot list resource "globalnetworkpolicies" in API group "crd.projectcalico.org" at the cluster scope',
    ],
    [
      "1.33",
      "/apis/extensions/v1beta1/ingresses",
      "reader",
      403,
      'ingresses.extensions is forbidden: User "scanner" cannot list resource "ingresses" in API group "extensions" at the cluster scope',
    ],
    ["1.33", "/api/v1/nonsense", "admin", 404, "the server could not find the requested resource"],
    ["1.33", "/api/v1/services/web", "admin", 404, "the server could not find the requested resource"],
    ["1.33", "/api/v1/namespaces/shop/nodes", "admin", 404, "the server could not find the requested resource"],
  ] as const;
  it.each(refused)("%s: GET %s as %s is %i", async (version, path, token, code, message) => {
    const { get } = await start({ version });
    const reply = await get(path, token === undefined ? {} : { token });
    expect(reply.body).toMatchObject({ kind: "Status", apiVersion: "v1", status: "Failure", code, message });
    expect(reply.code).toBe(code);
  });

  it.each([
    ["1.33", "/livez", undefined],
    ["1.33", "/readyz", undefined],
    ["1.33", "/healthz", undefined],
    ["1.31", "/version", undefined],
    ["1.33", "/version", "reader"],
    ["1.33", "/apis", "reader"],
    ["1.33", "/api/v1/services", "reader"],
    ["1.33", "/api/v1/services", "admin"],
  ] as const)("%s: GET %s as %s is 200", async (version, path, token) => {
    const { get } = await start({ version });
    expect((await get(path, token === undefined ? {} : { token })).code).toBe(200);
  });

  it("a group that is not installed is 404 in plain text for a caller who may do everything", async () => {
    const { get } = await start();
    const reply = await get("/apis/crd.projectcalico.org/v1/globalnetworkpolicies", { token: "admin" });
    expect([reply.code, reply.text]).toEqual([404, "404 page not found\n"]);
  });

  it("a list narrowed to one name by field selector counts as about that object", async () => {
    const { get } = await start();
    const rule = { groups: [readers], apiGroups: [""], resources: ["configmaps"], resourceNames: ["amazon-vpc-cni"], verbs: ["list"] };
    running.at(-1)?.setRules([rule]);
    const path = "/api/v1/namespaces/kube-system/configmaps";
    expect((await get(`${path}?fieldSelector=metadata.name%3Damazon-vpc-cni`, { token: "reader" })).code).toBe(200);
    expect((await get(path, { token: "reader" })).code).toBe(403);
  });

  it("nothing can be written", async () => {
    const { get } = await start();
    expect((await get("/api/v1/namespaces/shop/services", { token: "reader", method: "POST" })).body.message).toContain(
      "cannot create resource",
    );
    expect((await get("/api/v1/namespaces/shop/services/web", { token: "admin", method: "DELETE" })).code).toBe(405);
    expect((await get("/api/v1/services", { token: "admin", method: "HEAD" })).code).toBe(405);
  });

  it("connections are kept, though no header says so", async () => {
    const { api } = await start();
    const agent = new Agent({ keepAlive: true, ca: certificates.ca });
    const ports = new Set<number | undefined>();
    for (let i = 0; i < 3; i += 1) {
      const reply = await new Promise<IncomingMessage>((resolve, reject) =>
        request(`${api.url}/livez`, { agent }, resolve).on("error", reject).end(),
      );
      ports.add(reply.socket.localPort);
      expect(reply.headers.connection).toBeUndefined();
      await new Promise((resolve) => reply.resume().on("end", resolve));
    }
    expect(ports.size).toBe(1);
    agent.destroy();
  });

  it("requests are recorded without their credentials", async () => {
    const { api, get } = await start();
    await get("/api/v1/services?limit=5", { token: "reader" });
    await get("/api/v1/services", { token: "another" });
    const [first, second] = api.requests();
    expect(first).toMatchObject({ verb: "list", resource: "services", query: { limit: "5" }, username: "scanner", code: 200 });
    expect(second?.code).toBe(401);
    expect(first?.tokenDigest).not.toBe(second?.tokenDigest);
    expect(JSON.stringify(api.requests())).not.toMatch(/Bearer|reader"/);
  });
});

describe("discovery", () => {
  it("names built-in and custom groups, and only versions that are served", async () => {
    const versions = [
      { name: "v1", served: true },
      { name: "v1beta1", served: true },
      { name: "v1alpha2", served: false },
    ];
    const { get } = await start({ objects: [definition("gateway.networking.k8s.io", "gatewayclasses", "GatewayClass", versions)] });
    const { body } = await get("/apis", { token: "reader" });
    expect(body).toMatchObject({ kind: "APIGroupList", apiVersion: "v1" });
    const byName = new Map(body.groups.map((group: { name: string }) => [group.name, group]));
    expect(byName.get("gateway.networking.k8s.io")).toEqual({
      name: "gateway.networking.k8s.io",
      versions: [
        { groupVersion: "gateway.networking.k8s.io/v1", version: "v1" },
        { groupVersion: "gateway.networking.k8s.io/v1beta1", version: "v1beta1" },
      ],
      preferredVersion: { groupVersion: "gateway.networking.k8s.io/v1", version: "v1" },
    });
    expect(byName.has("networking.k8s.io")).toBe(true);
    expect(byName.has("crd.projectcalico.org")).toBe(false);
    const resources = await get("/apis/gateway.networking.k8s.io/v1beta1", { token: "reader" });
    expect(resources.body.resources).toMatchObject([{ name: "gatewayclasses", kind: "GatewayClass", namespaced: false }]);
    expect((await get("/apis/gateway.networking.k8s.io/v1alpha2", { token: "reader" })).code).toBe(404);
  });

  it("the core group's list has no apiVersion of its own", async () => {
    const { get } = await start();
    const { body } = await get("/api/v1", { token: "reader" });
    expect([body.kind, body.apiVersion, body.groupVersion]).toEqual(["APIResourceList", undefined, "v1"]);
    expect((await get("/api", { token: "reader" })).body).toMatchObject({ kind: "APIVersions", versions: ["v1"] });
  });

  it("a kind that nothing defines is inferred, with its definition", async () => {
    const params: KubernetesObject = {
      apiVersion: "elbv2.k8s.aws/v1beta1",
      kind: "IngressClassParams",
      metadata: { name: "alb" },
      spec: {},
    };
    const { get } = await start({ objects: [params] });
    const list = await get("/apis/elbv2.k8s.aws/v1beta1/ingressclassparams", { token: "admin" });
    expect(list.body).toMatchObject({
      kind: "IngressClassParamsList",
      metadata: { continue: "" },
      items: [{ kind: "IngressClassParams" }],
    });
    const definitions = await get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", { token: "admin" });
    expect(names(definitions)).toEqual(["ingressclassparams.elbv2.k8s.aws"]);
  });

  it("/version speaks of an EKS build", async () => {
    const { get } = await start({ version: "1.36" });
    expect((await get("/version", { token: "reader" })).body).toMatchObject({
      major: "1",
      gitVersion: expect.stringMatching(/^v1\.36\.\d+-eks-/),
    });
  });
});

describe("objects", () => {
  it("get what an apiserver fills in", async () => {
    const { get } = await start({ objects: [service("shop", "web", { type: "LoadBalancer", ports: [{ port: 80 }] })] });
    const { body } = await get("/api/v1/namespaces/shop/services/web", { token: "admin" });
    expect(body).toMatchObject({
      kind: "Service",
      apiVersion: "v1",
      metadata: { namespace: "shop", creationTimestamp: "2026-01-05T09:00:00Z", managedFields: [{ fieldsType: "FieldsV1" }] },
      spec: {
        type: "LoadBalancer",
        sessionAffinity: "None",
        externalTrafficPolicy: "Cluster",
        ipFamilies: ["IPv4"],
        ports: [{ port: 80, protocol: "TCP", targetPort: 80, nodePort: 30000 }],
      },
      status: { loadBalancer: {} },
    });
    expect(body.metadata.uid).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-a[\da-f]{3}-[\da-f]{12}$/);
    expect(body.spec.clusterIPs).toEqual([body.spec.clusterIP]);
    const namespace = await get("/api/v1/namespaces/shop", { token: "admin" });
    expect(namespace.body.metadata.labels).toEqual({ "kubernetes.io/metadata.name": "shop" });
  });

  it("items of a built-in list carry neither kind nor apiVersion, and the default Service is there", async () => {
    const { get } = await start();
    const { body } = await get("/api/v1/services", { token: "reader" });
    expect([body.kind, body.apiVersion, body.metadata.continue]).toEqual(["ServiceList", "v1", undefined]);
    expect(body.items.map((item: { kind?: string }) => item.kind)).toEqual([undefined]);
    expect(names({ body } as Reply)).toEqual(["default/kubernetes"]);
  });

  it("an object that did not change keeps its resourceVersion, one that did gets a later one", async () => {
    const { api, get } = await start({ objects: [service("shop", "a"), service("shop", "b")] });
    const versions = async () =>
      Object.fromEntries(
        (await get("/api/v1/namespaces/shop/services", { token: "reader" })).body.items.map(
          ({ metadata }: { metadata: { name: string; resourceVersion: string } }) => [metadata.name, Number(metadata.resourceVersion)],
        ),
      );
    const before = await versions();
    api.replace([service("shop", "a"), service("shop", "b", { ports: [{ port: 81 }] })]);
    const after = await versions();
    expect(after.a).toBe(before.a);
    expect(after.b).toBeGreaterThan(before.b);
  });

  it("metadata alone on request", async () => {
    const { get } = await start();
    const accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
    const { body } = await get("/api/v1/services", { token: "reader", headers: { accept } });
    expect(body).toMatchObject({
      kind: "PartialObjectMetadataList",
      apiVersion: "meta.k8s.io/v1",
      items: [{ kind: "PartialObjectMetadata" }],
    });
    expect(body.items[0].spec).toBeUndefined();
    expect((await get("/api/v1/services", { token: "reader", headers: { accept: "text/html" } })).code).toBe(406);
    const one = await get("/api/v1/namespaces/default/services/kubernetes", {
      token: "admin",
      headers: { accept: accept.split(",")[0] ?? "" },
    });
    expect(one.body.message).toContain("not a list (*core.Service)");
  });

  it.each([
    ["an object without a name", { apiVersion: "v1", kind: "Service", metadata: {} }],
    ["a version that is not served", { apiVersion: "networking.k8s.io/v1beta1", kind: "Ingress", metadata: { name: "web" } }],
    ["a namespace on a kind without one", { apiVersion: "v1", kind: "Node", metadata: { name: "n", namespace: "shop" } }],
    ["a core kind that does not exist", { apiVersion: "v1", kind: "Deployment", metadata: { name: "web" } }],
  ])("refused at the start: %s", async (_rule, object) => {
    await expect(start({ objects: [object as unknown as KubernetesObject] })).rejects.toMatchObject({ name: "ObjectRefusedError" });
  });
});

describe("lists in pages", () => {
  const many = Array.from({ length: 57 }, (_, i) => service(["a", "a-b", "shop"][i % 3] ?? "", `web-${i}`));
  let api: KubernetesApi;
  let get: ReturnType<typeof connectTo>;
  beforeAll(async () => {
    ({ api, get } = await start({ objects: many }));
  });

  const pages = async (path: string, limit: number): Promise<readonly Reply[]> => {
    const all: Reply[] = [];
    for (let token = ""; ; ) {
      const page = await get(`${path}?limit=${limit}&continue=${encodeURIComponent(token)}`, { token: "reader" });
      all.push(page);
      token = page.body.metadata.continue ?? "";
      if (token === "") return all;
    }
  };

  it("are complete and disjoint, in order, of one version, and count what remains, for any limit", async () => {
    const paths = fc.constantFrom(
      "/api/v1/services",
      "/api/v1/namespaces/a/services",
      "/api/v1/namespaces/shop/services",
      "/api/v1/namespaces",
    );
    await fc.assert(
      fc.asyncProperty(paths, fc.integer({ min: 3, max: 80 }), async (path, limit) => {
        const whole = await get(path, { token: "reader" });
        const parts = await pages(path, limit);
        expect(parts.flatMap(names)).toEqual(names(whole));
        expect(new Set(parts.map(({ body }) => body.metadata.resourceVersion)).size).toBe(1);
        let left = names(whole).length;
        for (const [i, part] of parts.entries()) {
          left -= names(part).length;
          expect(part.body.metadata.remainingItemCount).toBe(left === 0 ? undefined : left);
          expect(names(part).length).toBe(i === parts.length - 1 ? names(part).length : limit);
        }
      }),
      { numRuns: 15 },
    );
  });

  it("are in the order of their keys, where a-b/ stands before a/", async () => {
    const whole = await get("/api/v1/services", { token: "reader" });
    expect(names(whole)[0]).toMatch(/^a-b\//);
    expect(names(whole)).toEqual([...names(whole)].sort());
  });

  it("have no limit at resourceVersion 0", async () => {
    const whole = await get("/api/v1/services?limit=5&resourceVersion=0", { token: "reader" });
    expect(names(whole)).toHaveLength(58);
  });

  it("go on in the state in which they began", async () => {
    const own = await start({ objects: many });
    const first = await own.get("/api/v1/services?limit=40", { token: "reader" });
    own.api.replace(many.slice(0, 50));
    const second = await own.get("/api/v1/services?limit=40", { token: "reader" });
    own.api.replace([]);
    const rest = await own.get(`/api/v1/services?limit=40&continue=${first.body.metadata.continue}`, { token: "reader" });
    expect(names(rest)).toHaveLength(18);
    expect(rest.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
    const secondRest = await own.get(`/api/v1/services?limit=40&continue=${second.body.metadata.continue}`, { token: "reader" });
    expect(names(secondRest)).toHaveLength(11);
    expect(names(await own.get("/api/v1/services", { token: "reader" }))).toEqual(["default/kubernetes"]);
  });

  it("410 once their state is compacted away, with a token that goes on in the latest", async () => {
    const own = await start({ objects: many });
    const first = await own.get("/api/v1/services?limit=40", { token: "reader" });
    own.api.compact();
    const gone = await own.get(`/api/v1/services?limit=40&continue=${first.body.metadata.continue}`, { token: "reader" });
    expect(gone.body).toMatchObject({ kind: "Status", code: 410, reason: "Expired", metadata: { continue: expect.any(String) } });
    const rest = await own.get(`/api/v1/services?limit=40&continue=${gone.body.metadata.continue}`, { token: "reader" });
    expect(names(rest)).toHaveLength(18);
    expect(rest.body.metadata.resourceVersion).not.toBe(first.body.metadata.resourceVersion);
  });

  const token = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  it.each([
    ["not base64", "!!!", "illegal base64 data at input byte 0"],
    ["not JSON", Buffer.from("x").toString("base64url"), "continue key is not valid"],
    ["another version", token({ v: "v9", rv: 1, start: "a" }), "server does not recognize this encoded version"],
    ["no revision", token({ v: "meta.k8s.io/v1", start: "a" }), "incorrect encoded start resourceVersion"],
    ["no key", token({ v: "meta.k8s.io/v1", rv: 1 }), "encoded start key empty"],
    ["a path upwards", token({ v: "meta.k8s.io/v1", rv: 1, start: "../secrets/" }), "continue key is not valid"],
  ])("400: a continue token that is %s", async (_rule, broken, message) => {
    const { body } = await get(`/api/v1/services?limit=5&continue=${encodeURIComponent(broken)}`, { token: "reader" });
    expect(body).toMatchObject({ code: 400, reason: "BadRequest", message: expect.stringContaining(message) });
  });

  it.each(["resourceVersion=999999", `continue=${token({ v: "meta.k8s.io/v1", rv: 999999, start: "a" })}`])(
    "504: a state that is not there yet: %s",
    async (query) => {
      const reply = await get(`/api/v1/services?limit=5&${query}`, { token: "reader" });
      expect(reply.body).toMatchObject({
        code: 504,
        reason: "Timeout",
        message: expect.stringContaining("Too large resource version: 999999"),
      });
    },
  );

  it("400: a resource version beside a continue token, a limit that is no number, a field that cannot be selected by", async () => {
    const first = await get("/api/v1/services?limit=5", { token: "reader" });
    const paths = [`?continue=${first.body.metadata.continue}&resourceVersion=5`, "?limit=many", "?fieldSelector=spec.externalName%3Dx"];
    for (const path of paths) expect((await get(`/api/v1/services${path}`, { token: "reader" })).code).toBe(400);
  });

  it.each([
    ["app=web-3", ["a/web-3"]],
    ["app in (web-3, web-4)", ["a-b/web-4", "a/web-3"]],
    ["app==web-3,app!=web-4", ["a/web-3"]],
    ["!app", ["default/kubernetes"]],
    ["component", ["default/kubernetes"]],
    ["app notin (web-3),component=apiserver", ["default/kubernetes"]],
  ])("label selector %s", async (selector, expected) => {
    const reply = await get(`/api/v1/services?labelSelector=${encodeURIComponent(selector)}`, { token: "reader" });
    expect([...names(reply)].sort()).toEqual(expected);
  });

  it("above 128 KB are compressed for a client that takes gzip, and for no other", async () => {
    const own = await start({ objects: Array.from({ length: 200 }, (_, i) => service("shop", `web-${i}`)) });
    const path = "/api/v1/services";
    const plain = await own.get(path, { token: "reader" });
    const zipped = await own.get(path, { token: "reader", headers: { "accept-encoding": "gzip, deflate" } });
    const small = await own.get(`${path}?limit=5`, { token: "reader", headers: { "accept-encoding": "gzip" } });
    expect([plain, zipped, small].map(({ headers }) => headers["content-encoding"])).toEqual([undefined, "gzip", undefined]);
    expect(zipped.body).toEqual(plain.body);
    expect(plain.headers["content-length"]).toBeUndefined();
  });

  it("the requests of a list in pages are all on record", () => {
    expect(api.requests().every(({ code }) => code !== undefined)).toBe(true);
  });
});

describe("faults", () => {
  const path = "/api/v1/services";
  const some = Array.from({ length: 20 }, (_, i) => service("shop", `web-${i}`));

  it("a status for the first requests of one resource, and for no other", async () => {
    const { api, get } = await start({ objects: some });
    api.setFaults([{ resource: "services", times: 2, effect: { kind: "status", code: 503 } }]);
    const codes: number[] = [];
    for (const asked of [path, "/api/v1/pods", path, path]) codes.push((await get(asked, { token: "reader" })).code);
    expect(codes).toEqual([503, 200, 503, 200]);
  });

  it("429 is plain text with Retry-After", async () => {
    const { get } = await start({ faults: [{ times: 1, effect: { kind: "status", code: 429, retryAfterSeconds: 3 } }] });
    const reply = await get(path, { token: "reader" });
    expect([reply.code, reply.headers["retry-after"], reply.text]).toEqual([429, "3", "Too many requests, please try again later.\n"]);
    expect((await get(path, { token: "reader" })).code).toBe(200);
  });

  it("410 once in the middle, with a token that goes on inconsistently", async () => {
    const { get } = await start({ objects: some, faults: [{ resource: "services", after: 1, times: 1, effect: { kind: "expired" } }] });
    let next = (await get(`${path}?limit=5`, { token: "reader" })).body.metadata.continue;
    const second = await get(`${path}?limit=5&continue=${next}`, { token: "reader" });
    next = second.body.metadata.continue;
    const third = await get(`${path}?limit=5&continue=${next}`, { token: "reader" });
    expect([second.code, third.code]).toEqual([200, 410]);
    const fourth = await get(`${path}?limit=5&continue=${third.body.metadata.continue}`, { token: "reader" });
    expect([fourth.code, names(fourth).length]).toEqual([200, 5]);
  });

  it("401 once", async () => {
    const { get } = await start({ faults: [{ times: 1, effect: { kind: "status", code: 401 } }] });
    expect((await get(path, { token: "reader" })).body).toMatchObject({ code: 401, message: "Unauthorized" });
    expect((await get(path, { token: "reader" })).code).toBe(200);
  });

  it.each([
    ["never answers", { kind: "hang" }, /no answer in time/],
    ["hangs up before the answer", { kind: "reset" }, /socket hang up|ECONNRESET/],
    ["hangs up within the answer", { kind: "cut", bytes: 3000 }, /aborted/],
    ["drips too slowly to end", { kind: "drip", bytes: 1, everyMs: 100 }, /took too long/],
  ] as const)("%s", async (_what, effect, message) => {
    const { get } = await start({ objects: some, faults: [{ effect }] });
    const tooLong = new Promise((_resolve, reject) => setTimeout(() => reject(new Error("took too long")), 300).unref());
    await expect(Promise.race([get(path, { token: "reader", timeoutMs: 200 }), tooLong])).rejects.toThrow(message);
  });

  it("nonsense, a redirect, a body of many bytes", async () => {
    const { api, get } = await start();
    api.setFaults([{ effect: { kind: "body", text: "<html>", contentType: "text/html" } }]);
    expect((await get(path, { token: "reader" })).text).toBe("<html>");
    api.setFaults([{ effect: { kind: "redirect", to: "https://elsewhere.invalid/" } }]);
    const moved = await get(path, { token: "reader" });
    expect([moved.code, moved.headers.location]).toEqual([307, "https://elsewhere.invalid/"]);
    api.setFaults([{ effect: { kind: "swell", bytes: 3_000_000 } }]);
    for (const headers of [{}, { "accept-encoding": "gzip" }] as const) {
      const big = await get(path, { token: "reader", headers });
      expect([big.text.length, big.body.kind]).toEqual([3_000_000, "ServiceList"]);
    }
  });

  it.each([
    ["stranger", /signature|self-signed|unable to verify/],
    ["other-name", /not in the cert's list|altnames/],
    ["expired", /expired/],
  ] as const)("a certificate that is wrong: %s", async (flaw, message) => {
    const { api, get } = await start();
    expect((await get(path, { token: "reader" })).code).toBe(200);
    api.setFaults([{ effect: { kind: "certificate", flaw } }]);
    await expect(get(path, { token: "reader" })).rejects.toThrow(message);
    api.setFaults([]);
    expect((await get(path, { token: "reader" })).code).toBe(200);
  });
});
