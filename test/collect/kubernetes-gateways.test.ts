import { describe, expect, it } from "vitest";
import { GatewayObject } from "../../core/collect/kubernetes/parse-gateway.ts";
import { GatewayClassObject } from "../../core/collect/kubernetes/parse-gateway-class.ts";
import { LoadBalancerConfigurationObject } from "../../core/collect/kubernetes/parse-load-balancer-configuration.ts";
import { TargetGroupBindingObject } from "../../core/collect/kubernetes/parse-target-group-binding.ts";
import { Gateway, GatewayClass, LoadBalancerConfiguration, TargetGroupBinding } from "../../core/model/gateway.ts";
import { read } from "./kept.ts";

const metadata = { namespace: "shop", name: "web", uid: "0a1b" };
const parameters = { group: "gateway.k8s.aws", kind: "LoadBalancerConfiguration", name: "public" };

describe("GatewayClass", () => {
  const gatewayClass = (spec: unknown) => read(GatewayClassObject, GatewayClass, { metadata: { name: "alb", uid: "u" }, spec });

  it.each<[string, object, object]>([
    ["its controller", { description: "edge" }, {}],
    ["null is as good as absent", { parametersRef: null }, {}],
    [
      "its parameters, and where they live",
      { parametersRef: { ...parameters, namespace: "infra" } },
      { parameters: { ...parameters, namespace: "infra" } },
    ],
    ["parameters that live in no namespace", { parametersRef: { ...parameters, namespace: "" } }, { parameters }],
  ])("kept: %s", (_name, spec, difference) => {
    expect(gatewayClass({ controllerName: "gateway.k8s.aws/alb", ...spec })).toEqual({
      name: "alb",
      controller: "gateway.k8s.aws/alb",
      ...difference,
    });
  });

  it.each<[string, unknown]>([
    ["no spec", undefined],
    ["no controller", {}],
    ["parameters without a name", { controllerName: "c", parametersRef: { group: "g", kind: "k" } }],
  ])("malformed: %s", (_name, spec) => {
    expect(gatewayClass(spec)).toBe("malformed");
  });
});

describe("Gateway", () => {
  const gateway = (spec: object, more: object = {}) =>
    read(GatewayObject, Gateway, {
      metadata: { ...metadata, annotations: { a: "b" } },
      spec: { gatewayClassName: "alb", ...spec },
      ...more,
    });
  const bare = { ...metadata, className: "alb", listeners: [], hostnames: [] };

  it.each<[string, object, object]>([
    ["nothing but its class", {}, {}],
    ["null is as good as absent", { listeners: null, infrastructure: null }, {}],
    [
      "its listeners; their host names, certificates and routes are gone",
      {
        listeners: [
          { name: "https", port: 443, protocol: "HTTPS", hostname: "shop.example", tls: { certificateRefs: [{ name: "c" }] } },
          { name: "dns", port: 53, protocol: "UDP", allowedRoutes: { namespaces: { from: "All" } } },
        ],
      },
      {
        listeners: [
          { name: "https", port: 443, protocol: "HTTPS" },
          { name: "dns", port: 53, protocol: "UDP" },
        ],
      },
    ],
    ["its own parameters", { infrastructure: { labels: { a: "b" }, parametersRef: parameters } }, { parameters }],
    ["infrastructure without parameters", { infrastructure: { labels: {} } }, {}],
  ])("kept: %s", (_name, spec, difference) => {
    expect(gateway(spec)).toEqual({ ...bare, ...difference });
  });

  it.each<[string, unknown, readonly string[] | "malformed"]>([
    ["no status", undefined, []],
    ["none yet", { addresses: null }, []],
    [
      "lower case",
      { addresses: [{ type: "Hostname", value: "Web-1.ELB.eu-west-1.amazonaws.com" }] },
      ["web-1.elb.eu-west-1.amazonaws.com"],
    ],
    [
      "an address is no name, nor is one of no type",
      { addresses: [{ type: "IPAddress", value: "192.0.2.7" }, { value: "192.0.2.8" }, { type: "Hostname", value: "" }] },
      [],
    ],
    ["not text", { addresses: [{ type: "Hostname", value: 7 }] }, "malformed"],
  ])("host names: %s", (_name, status, hostnames) => {
    const answer = gateway({}, { status });
    expect(answer === "malformed" ? answer : answer.hostnames).toEqual(hostnames);
  });

  it.each<[string, object]>([
    ["no class", { gatewayClassName: undefined }],
    ["a listener without a port", { listeners: [{ name: "a", protocol: "HTTP" }] }],
    ["a port that is text", { listeners: [{ name: "a", protocol: "HTTP", port: "80" }] }],
    ["listeners that are no list", { listeners: {} }],
  ])("malformed: %s", (_name, spec) => {
    expect(gateway(spec)).toBe("malformed");
  });
});

describe("LoadBalancerConfiguration", () => {
  const configuration = (spec: unknown) => read(LoadBalancerConfigurationObject, LoadBalancerConfiguration, { metadata, spec });

  it.each<[string, unknown, object]>([
    ["nothing set", {}, {}],
    ["no spec at all", undefined, {}],
    ["null is as good as absent", { scheme: null, sourceRanges: null, disableSecurityGroup: null }, {}],
    ["an empty list is one", { sourceRanges: [], securityGroups: [] }, { sourceRanges: [], securityGroups: [] }],
    [
      "whom it admits; names, tags and listeners are gone",
      {
        mergingMode: "prefer-gateway",
        scheme: "internet-facing",
        ipAddressType: "dualstack",
        sourceRanges: ["203.0.113.0/24"],
        securityGroups: ["sg-1", "edge"],
        securityGroupPrefixes: ["pl-1"],
        disableSecurityGroup: false,
        loadBalancerName: "edge",
        tags: { a: "b" },
        listenerConfigurations: [{ protocolPort: "HTTPS:443" }],
      },
      {
        mergingMode: "prefer-gateway",
        scheme: "internet-facing",
        ipAddressType: "dualstack",
        sourceRanges: ["203.0.113.0/24"],
        securityGroups: ["sg-1", "edge"],
        securityGroupPrefixes: ["pl-1"],
        disableSecurityGroup: false,
      },
    ],
  ])("kept: %s", (_name, spec, difference) => {
    expect(configuration(spec)).toEqual({ ...metadata, ...difference });
  });

  it.each<[string, unknown]>([
    ["ranges that are text", { sourceRanges: "203.0.113.0/24" }],
    ["a range that is a number", { sourceRanges: [1] }],
    ["a scheme that is no text", { scheme: true }],
    ["a switch that is text", { disableSecurityGroup: "true" }],
  ])("malformed: %s", (_name, spec) => {
    expect(configuration(spec)).toBe("malformed");
  });
});

describe("TargetGroupBinding", () => {
  const binding = (spec: unknown) => read(TargetGroupBindingObject, TargetGroupBinding, { metadata, spec });
  const serviceRef = { name: "web", port: 80 };
  const targetGroupArn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/0123456789abcdef";

  it.each<[string, object, object]>([
    ["its Service", { serviceRef }, { service: "web" }],
    ["its target group", { serviceRef, targetGroupARN: targetGroupArn, targetType: "ip" }, { service: "web", targetGroupArn }],
    ["a target group by name alone", { serviceRef, targetGroupName: "web", targetGroupARN: "" }, { service: "web" }],
  ])("kept: %s", (_name, spec, difference) => {
    expect(binding(spec)).toEqual({ ...metadata, ...difference });
  });

  it.each<[string, unknown]>([
    ["no spec", undefined],
    ["no Service", { targetGroupARN: targetGroupArn }],
    ["an ARN that is no text", { serviceRef, targetGroupARN: 1 }],
  ])("malformed: %s", (_name, spec) => {
    expect(binding(spec)).toBe("malformed");
  });
});
