import { describe, expect, it } from "vitest";
import { deployment, linesIn, policy, service, told } from "../../support/connectivity.ts";

const web = deployment("web");
const bystander = `${deployment("bystander")}${service("bystander", "[{ port: 80, targetPort: http }]")}`;
const ingress = (port: string): string => `---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: public, namespace: shop }
spec: { rules: [{ http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: ${port} } } }] } }] }
`;
const route = (kind: string, version: string, backend: string, rest = ""): string => `---
apiVersion: gateway.networking.k8s.io/${version}
kind: ${kind}
metadata: { name: public, namespace: shop }
spec: { parentRefs: [{ name: gateway }], rules: [{ backendRefs: [${backend}] }]${rest} }
`;
const entries = (...parts: string[]): readonly string[] =>
  linesIn(`${web}${bystander}${parts.join("")}`).filter((line) => line.startsWith("{"));
const notes = (...parts: string[]): readonly string[] => told(`${web}${bystander}${parts.join("")}`).notes;
const toWeb = (ports: string): readonly string[] => [`{ingress-controller} => shop/web[Deployment] : ${ports}`];
const plain = service("web", "[{ name: http, port: 80, targetPort: http }, { name: admin, port: 81, targetPort: 9090 }]");

describe("what an Ingress or a route leads to", () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ["a port by number leads to the container's port of that name", [plain, ingress("{ number: 80 }")], toWeb("TCP 8080")],
    ["a port by name leads to a number that no container declares", [plain, ingress("{ name: admin }")], toWeb("TCP 9090")],
    [
      "a Service without targetPort leads to its own number",
      [service("web", "[{ port: 80 }]"), ingress("{ number: 80 }")],
      toWeb("TCP 80"),
    ],
    ["a port that the Service lacks leads nowhere", [plain, ingress("{ number: 82 }")], []],
    ["a name that the pod lacks leads nowhere", [service("web", "[{ port: 80, targetPort: grpc }]"), ingress("{ number: 80 }")], []],
    ["a port of another protocol leads nowhere", [service("web", "[{ port: 80, protocol: UDP }]"), ingress("{ number: 80 }")], []],
    ["a Service without selector leads nowhere", [service("web", "[{ port: 80 }]", "{}"), ingress("{ number: 80 }")], []],
    ["an HTTPRoute", [plain, route("HTTPRoute", "v1", "{ name: web, port: 80 }")], toWeb("TCP 8080")],
    ["a GRPCRoute", [plain, route("GRPCRoute", "v1", "{ name: web, port: 81 }")], toWeb("TCP 9090")],
    ["a TLSRoute", [plain, route("TLSRoute", "v1alpha2", "{ name: web, port: 80 }")], toWeb("TCP 8080")],
    ["a TCPRoute", [plain, route("TCPRoute", "v1alpha2", "{ name: web, port: 80 }, { name: web, port: 81 }")], toWeb("TCP 8080,9090")],
    ["a backend that is no Service", [plain, route("HTTPRoute", "v1", "{ group: example.com, kind: Bucket, name: web, port: 80 }")], []],
    ["a Service of another namespace", [plain, route("HTTPRoute", "v1", "{ name: web, namespace: pay, port: 80 }")], []],
  ])("%s", (_rule, parts, expected) => {
    expect(entries(...parts)).toEqual(expected);
  });

  it("a route of a mesh is no way in", () => {
    const mesh = route("HTTPRoute", "v1", "{ name: web, port: 80 }").replace(
      "{ name: gateway }",
      "{ kind: Service, group: '', name: web }",
    );
    expect(entries(plain, mesh)).toEqual([]);
  });

  it("a Service that is not there is told", () => {
    expect(notes(ingress("{ number: 80 }"))).toEqual(["Ingress shop/public leads to Service shop/web, which was not found."]);
  });
});

describe("policies have a say", () => {
  const from = (peers: string) => policy("web", `ingress: [{ from: [${peers}], ports: [{ port: http }] }]`);
  it.each<[string, string, boolean]>([
    ["no: nobody is admitted", policy("web", "policyTypes: [Ingress]"), false],
    ["no: another port is", policy("web", "ingress: [{ ports: [{ port: 9090 }] }]"), false],
    ["no: pods of the same namespace are", from("{ podSelector: {} }"), false],
    ["no: a range of the internet is", from("{ ipBlock: { cidr: 203.0.113.0/24 } }"), false],
    ["yes: everybody is", policy("web", "ingress: [{}]"), true],
    ["yes: pods of every namespace are", from("{ namespaceSelector: {} }"), true],
    [
      "yes: a controller's namespace is",
      from("{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: ingress-nginx } } }"),
      true,
    ],
    ["yes: addresses of a VPC are, where a load balancer may be", from("{ ipBlock: { cidr: 10.1.0.0/16 } }"), true],
  ])("%s", (_rule, given, isAdmitted) => {
    expect(entries(plain, ingress("{ number: 80 }"), given)).toEqual(isAdmitted ? toWeb("TCP 8080") : []);
    expect(notes(plain, ingress("{ number: 80 }"), given)).toEqual(
      isAdmitted ? [] : ["Ingress shop/public leads to shop/web on TCP 8080, where policies admit no ingress controller that is known."],
    );
  });
});
