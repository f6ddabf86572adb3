/** What a deployment is told by its environment, and what it refuses. */
import { beforeAll, describe, expect, it, vi } from "vitest";
import { type Declared, declare, stack } from "./graph.ts";

const given = {
  EKS_PERIMETER_SUBNETS: "subnet-0123456789abcdef0, subnet-0123456789abcdef1",
  EKS_PERIMETER_SECURITY_GROUPS: "sg-0123456789abcdef0",
  EKS_PERIMETER_EXTERNAL_ID: "an-external-id",
  EKS_PERIMETER_ALARM_EMAIL: "security@example.com",
};
let graph: readonly Declared[] = [];
beforeAll(async () => {
  for (const [name, value] of Object.entries(given)) vi.stubEnv(name, value);
  graph = await declare("test", ...stack);
  vi.unstubAllEnvs();
}, 180_000);

const functions = () => graph.filter(({ type }) => type === "aws:lambda/function:Function").map(({ inputs }) => inputs);
const suffix = (name: string): string => name.replace("eks-perimeter-test-", "");

it("scan alone is attached to the given subnets and security groups", () => {
  const attached = functions().flatMap(({ name, vpcConfig }) => (vpcConfig === undefined ? [] : [[suffix(name), vpcConfig]]));
  expect(attached).toEqual([
    ["scan", { subnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"], securityGroupIds: ["sg-0123456789abcdef0"] }],
  ]);
});

it("scan alone may then make network interfaces", () => {
  const roles = graph.filter(
    ({ type, inputs }) => type === "aws:iam/role:Role" && /VPCAccess/.test(JSON.stringify(inputs.managedPolicyArns ?? [])),
  );
  expect(roles.map(({ name }) => name)).toEqual(["ScanRole"]);
});

it("the functions bring the external id", () => {
  for (const { environment } of functions()) expect(environment.variables.EKS_PERIMETER_EXTERNAL_ID).toBe("an-external-id");
});

it("alarms go to the address", () => {
  const subscriptions = graph.filter(({ type }) => type === "aws:sns/topicSubscription:TopicSubscription");
  expect(subscriptions.map(({ inputs }) => [inputs.protocol, inputs.endpoint])).toEqual([["email", "security@example.com"]]);
});

describe("refused before anything is declared", () => {
  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ["subnets without security groups", { EKS_PERIMETER_SUBNETS: "subnet-0123456789abcdef0" }, /both or neither/],
    ["security groups without subnets", { EKS_PERIMETER_SECURITY_GROUPS: "sg-0123456789abcdef0" }, /both or neither/],
    [
      "a VPC for a subnet",
      { EKS_PERIMETER_SUBNETS: "vpc-0123456789abcdef0", EKS_PERIMETER_SECURITY_GROUPS: "sg-0123456789abcdef0" },
      /EKS_PERIMETER_SUBNETS holds "vpc-0123456789abcdef0"/,
    ],
  ])("%s", async (_what, environment, message) => {
    vi.resetModules();
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    await expect(import("../../infra/options.ts")).rejects.toThrow(message);
    vi.unstubAllEnvs();
  });
});
