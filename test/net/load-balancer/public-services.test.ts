import { expect, it } from "vitest";
import { declaredExposureOf } from "../../../core/net/load-balancer/public-services.ts";
import { inShop, readAt, withSettings } from "../../support/cluster.ts";

const about = {
  cluster: "prod-*",
  namespace: "shop",
  kind: "Ingress",
  name: "web",
  ports: [443],
  owner: "team-shop",
  reason: "the shop",
  expires: "2027-06-30",
};
const web = inShop("Ingress", "ingresses", "web");
const ports = (...declarations: readonly Readonly<Record<string, unknown>>[]): readonly number[] => {
  const { publicServices } = withSettings({ publicServices: declarations.map((one) => ({ ...about, ...one })) });
  return [...declaredExposureOf(web, { cluster: "prod-eu", readAt, publicServices }).ports];
};

it.each<[string, Readonly<Record<string, unknown>>, readonly number[]]>([
  ["counts: kind, namespace, name and cluster match", {}, [443]],
  ["counts: a pattern of names", { name: "w*" }, [443]],
  ["counts: through the day on which it expires", { expires: "2026-11-01" }, [443]],
  ["does not count: expired the day before", { expires: "2026-10-31" }, []],
  ["does not count: another kind", { kind: "Service" }, []],
  ["does not count: another namespace", { namespace: "pay" }, []],
  ["does not count: a namespace is no pattern", { namespace: "*" }, []],
  ["does not count: another name", { name: "web-2" }, []],
  ["does not count: another cluster", { cluster: "stage-*" }, []],
])("%s", (_rule, declaration, expected) => {
  expect(ports(declaration)).toEqual(expected);
});

it("declarations in force add up, expired ones are told apart", () => {
  expect(ports({}, { ports: [80] }, { ports: [22], expires: "2026-01-01" })).toEqual([443, 80]);
});

it("a load balancer without owner can't be declared", () => {
  const { publicServices } = withSettings({ publicServices: [about] });
  const resource = { kind: "LoadBalancer", id: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/web", name: "web" };
  expect(declaredExposureOf(resource, { cluster: "prod-eu", readAt, publicServices }).ports.size).toBe(0);
});
