import { describe, expect, it } from "vitest";
import { IngressObject } from "../../core/collect/kubernetes/parse-ingress.ts";
import { IngressClassObject } from "../../core/collect/kubernetes/parse-ingress-class.ts";
import { ingressClassParamsObject } from "../../core/collect/kubernetes/parse-ingress-class-params.ts";
import { ServiceObject } from "../../core/collect/kubernetes/parse-service.ts";
import { Ingress, IngressClass, IngressClassParams, Service } from "../../core/model/kubernetes.ts";
import { read } from "./kept.ts";

const namespaced = { namespace: "shop", name: "web", uid: "0a1b" };
const clusterWide = { name: "alb", uid: "0a1b" };
/** What every object keeps, when it has no more than it must. */
const kept = { ...namespaced, annotations: {}, labels: {} };
const keptClusterWide = { ...clusterWide, namespace: "", annotations: {}, labels: {} };

describe("Service", () => {
  const service = (spec: unknown, more: object = {}) => read(ServiceObject, Service, { metadata: namespaced, spec, ...more });
  const bare = {
    ...kept,
    type: "ClusterIP",
    sessionAffinity: "None",
    loadBalancerSourceRanges: [],
    externalIPs: [],
    clusterIPs: [],
    selector: {},
    ports: [],
    hostnames: [],
  };

  it.each<[string, unknown, object]>([
    ["the API's defaults where fields are left out", {}, {}],
    ["null is as good as absent", { ports: null, selector: null, externalIPs: null, loadBalancerClass: null, type: null }, {}],
    ["the only cluster IP of an object without the list", { clusterIP: "172.20.0.9" }, { clusterIPs: ["172.20.0.9"] }],
    ["a headless one", { clusterIP: "None", clusterIPs: ["None"] }, { clusterIPs: ["None"] }],
    ["an external name has no ports", { type: "ExternalName", externalName: "db.example.com" }, { type: "ExternalName" }],
    [
      "everything a load balancer is asked for",
      {
        type: "LoadBalancer",
        loadBalancerClass: "service.k8s.aws/nlb",
        loadBalancerIP: "10.0.0.9",
        loadBalancerSourceRanges: ["203.0.113.0/24"],
        externalTrafficPolicy: "Local",
        sessionAffinity: "ClientIP",
        externalIPs: ["198.51.100.7"],
        selector: { app: "web" },
        ports: [
          { name: "https", protocol: "TCP", port: 443, targetPort: "tls", nodePort: 31443 },
          { protocol: "UDP", port: 443, targetPort: 8443 },
        ],
      },
      {
        type: "LoadBalancer",
        loadBalancerClass: "service.k8s.aws/nlb",
        loadBalancerIP: "10.0.0.9",
        loadBalancerSourceRanges: ["203.0.113.0/24"],
        externalTrafficPolicy: "Local",
        sessionAffinity: "ClientIP",
        externalIPs: ["198.51.100.7"],
        selector: { app: "web" },
        ports: [
          { name: "https", protocol: "TCP", port: 443, targetPort: "tls", nodePort: 31443 },
          { protocol: "UDP", port: 443, targetPort: 8443 },
        ],
      },
    ],
  ])("kept: %s", (_name, spec, difference) => {
    expect(service(spec)).toEqual({ ...bare, ...difference });
  });

  it.each<[string, unknown]>([
    ["no spec", undefined],
    ["a type that does not exist yet", { type: "Tunnel" }],
    ["a port that is text", { ports: [{ port: "80" }] }],
    ["a port without a number", { ports: [{ name: "http" }] }],
    ["an unknown protocol", { ports: [{ port: 80, protocol: "QUIC" }] }],
    ["source ranges that are text", { loadBalancerSourceRanges: "203.0.113.0/24" }],
    ["a range that is a number", { loadBalancerSourceRanges: [1] }],
    ["a class that is an object", { loadBalancerClass: {} }],
  ])("malformed: %s", (_name, spec) => {
    expect(service(spec)).toBe("malformed");
  });

  it.each<[string, unknown]>([
    ["without a name", { namespace: "shop", uid: "u" }],
    ["without a namespace", { name: "web", uid: "u" }],
    ["without metadata", undefined],
    [
      "with annotations that are no text",
      { ...namespaced, annotations: { "service.beta.kubernetes.io/aws-load-balancer-internal": true } },
    ],
  ])("malformed: %s", (_name, metadata) => {
    expect(service({}, { metadata })).toBe("malformed");
  });

  it.each<[string, unknown, readonly string[] | "malformed"]>([
    ["none yet", { loadBalancer: {} }, []],
    [
      "lower case",
      { loadBalancer: { ingress: [{ hostname: "Web-1.ELB.eu-west-1.amazonaws.com" }] } },
      ["web-1.elb.eu-west-1.amazonaws.com"],
    ],
    [
      "an address is no name",
      { loadBalancer: { ingress: [{ ip: "192.0.2.7" }, { hostname: "" }, { hostname: "a.example" }] } },
      ["a.example"],
    ],
    ["not text", { loadBalancer: { ingress: [{ hostname: 7 }] } }, "malformed"],
  ])("host names: %s", (_name, status, hostnames) => {
    const answer = service({}, { status });
    expect(answer === "malformed" ? answer : answer.hostnames).toEqual(hostnames);
  });
});

describe("metadata", () => {
  const keptOf = (metadata: object) => read(ServiceObject, Service, { metadata: { ...namespaced, ...metadata }, spec: {} });

  it.each([
    ["kept", "service.beta.kubernetes.io/aws-load-balancer-scheme"],
    ["kept", "alb.ingress.kubernetes.io/scheme"],
    ["kept", "alb.ingress.kubernetes.io/actions.redirect"],
    ["kept", "kubernetes.io/ingress.class"],
    ["kept", "ingressclass.kubernetes.io/is-default-class"],
    ["dropped", "kubectl.kubernetes.io/last-applied-configuration"],
    ["dropped", "alb.ingress.kubernetes.io/conditions.web"],
    ["dropped", "alb.ingress.kubernetes.io/transforms.web"],
    ["dropped", "kubernetes.io/ingress.class.secret"],
    ["dropped", "example.com/service.beta.kubernetes.io/x"],
    ["dropped", "service.beta.kubernetes.io"],
    ["dropped", "meta.helm.sh/release-name"],
  ])("annotation %s: %s", (verdict, key) => {
    const answer = keptOf({ annotations: { [key]: "v" } });
    expect(answer).toMatchObject({ annotations: verdict === "kept" ? { [key]: "v" } : {} });
    if (verdict === "dropped") expect(JSON.stringify(answer)).not.toContain(key);
  });

  it("keeps labels and the time of creation; managed fields, owners and finalizers are gone", () => {
    const metadata = {
      labels: { app: "web" },
      creationTimestamp: "2026-01-05T09:00:00Z",
      managedFields: [{ manager: "kubectl", fieldsV1: { "f:spec": {} } }],
      ownerReferences: [{ name: "x" }],
      resourceVersion: "7",
    };
    const answer = keptOf(metadata);
    expect(answer).toMatchObject({ labels: { app: "web" }, createdAt: "2026-01-05T09:00:00Z" });
    expect(JSON.stringify(answer)).not.toMatch(/managedFields|ownerReferences|resourceVersion|f:spec/);
  });
});

describe("Ingress", () => {
  const ingress = (spec: unknown) => read(IngressObject, Ingress, { metadata: namespaced, spec, status: { loadBalancer: {} } });
  const to = (name: string, port: object = { number: 80 }) => ({ service: { name, port } });
  const path = (backend: object) => ({ path: "/", pathType: "Prefix", backend });

  it.each<[string, unknown, readonly object[]]>([
    ["none", {}, []],
    ["no spec at all", undefined, []],
    ["the default backend alone", { defaultBackend: to("web") }, [{ service: "web", port: 80 }]],
    [
      "the default backend and every path of every rule",
      {
        defaultBackend: to("web"),
        rules: [
          { http: { paths: [path(to("api")), path(to("img", { name: "http" }))] } },
          { host: "b.example", http: { paths: [path(to("b"))] } },
        ],
      },
      [
        { service: "web", port: 80 },
        { service: "api", port: 80 },
        { service: "img", port: "http" },
        { service: "b", port: 80 },
      ],
    ],
    [
      "each Service and port once",
      { rules: [{ http: { paths: [path(to("web")), path(to("web")), path(to("web", { number: 81 }))] } }] },
      [
        { service: "web", port: 80 },
        { service: "web", port: 81 },
      ],
    ],
    ["a rule without paths", { rules: [{ host: "a.example" }, { http: { paths: null } }] }, []],
    ["a backend that is no Service", { defaultBackend: { resource: { kind: "Bucket", name: "b" } } }, []],
    ["a Service without a port", { defaultBackend: { service: { name: "web" } } }, [{ service: "web" }]],
  ])("backends: %s", (_name, spec, backends) => {
    expect(ingress(spec)).toEqual({ ...kept, backends, hostnames: [] });
  });

  it("keeps its class", () => {
    expect(ingress({ ingressClassName: "alb" })).toEqual({ ...kept, backends: [], hostnames: [], ingressClassName: "alb" });
  });

  it.each<[string, unknown]>([
    ["a path without a backend", { rules: [{ http: { paths: [{ path: "/" }] } }] }],
    ["a backend without a name", { defaultBackend: { service: { port: { number: 80 } } } }],
    ["a port that is text where a number belongs", { defaultBackend: to("web", { number: "80" }) }],
    ["rules that are no list", { rules: {} }],
  ])("malformed: %s", (_name, spec) => {
    expect(ingress(spec)).toBe("malformed");
  });
});

describe("IngressClass", () => {
  const ingressClass = (spec: unknown, annotations: object = {}) =>
    read(IngressClassObject, IngressClass, { metadata: { ...clusterWide, annotations }, spec });
  const parameters = { apiGroup: "elbv2.k8s.aws", kind: "IngressClassParams", name: "edge" };

  it.each<[string, unknown, object]>([
    ["its controller", { controller: "ingress.k8s.aws/alb" }, { controller: "ingress.k8s.aws/alb" }],
    ["none", {}, { controller: "" }],
    [
      "its parameters and whose they are",
      { controller: "c", parameters: { ...parameters, scope: "Cluster" } },
      { controller: "c", parameters },
    ],
    [
      "parameters of the core group",
      { controller: "c", parameters: { kind: "ConfigMap", name: "n" } },
      { controller: "c", parameters: { kind: "ConfigMap", name: "n" } },
    ],
  ])("kept: %s", (_name, spec, difference) => {
    expect(ingressClass(spec)).toEqual({ ...keptClusterWide, isDefault: false, ...difference });
  });

  it.each([
    ["true", true],
    ["false", false],
    ["True", false],
    ["", false],
  ])("default where the annotation is %j: %s", (value, isDefault) => {
    expect(ingressClass({ controller: "c" }, { "ingressclass.kubernetes.io/is-default-class": value })).toMatchObject({ isDefault });
  });
});

describe("IngressClassParams", () => {
  const params = (spec: unknown, group: "elbv2.k8s.aws" | "eks.amazonaws.com" = "elbv2.k8s.aws") =>
    read(ingressClassParamsObject(group), IngressClassParams, { metadata: clusterWide, spec });
  const bare = { ...keptClusterWide, apiGroup: "elbv2.k8s.aws", inboundCidrs: [], prefixListIds: [], certificateArns: [] };

  it.each<[string, unknown, object]>([
    ["nothing set", {}, {}],
    ["no spec at all", undefined, {}],
    ["scheme and group", { scheme: "internal", group: { name: "edge" } }, { scheme: "internal", groupName: "edge" }],
    ["sources", { inboundCIDRs: ["10.0.0.0/8"], prefixListsIDs: ["pl-1"] }, { inboundCidrs: ["10.0.0.0/8"], prefixListIds: ["pl-1"] }],
    ["prefix lists in the other spelling", { PrefixListsIDs: ["pl-2"] }, { prefixListIds: ["pl-2"] }],
    [
      "certificates",
      { certificateArn: ["arn:aws:acm:eu-west-1:111122223333:certificate/a"] },
      { certificateArns: ["arn:aws:acm:eu-west-1:111122223333:certificate/a"] },
    ],
  ])("kept: %s", (_name, spec, difference) => {
    expect(params(spec)).toEqual({ ...bare, ...difference });
  });

  it("of Auto Mode is told apart, and has its own word for certificates", () => {
    const spec = { scheme: "internet-facing", certificateARNs: ["arn:aws:acm:eu-west-1:111122223333:certificate/b"] };
    expect(params(spec, "eks.amazonaws.com")).toEqual({
      ...bare,
      apiGroup: "eks.amazonaws.com",
      scheme: "internet-facing",
      certificateArns: spec.certificateARNs,
    });
  });

  it.each<[string, unknown]>([
    ["a scheme that is no text", { scheme: true }],
    ["CIDRs that are no list", { inboundCIDRs: "10.0.0.0/8" }],
    ["a group that is text", { group: "edge" }],
  ])("malformed: %s", (_name, spec) => {
    expect(params(spec)).toBe("malformed");
  });
});
