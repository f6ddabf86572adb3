/** What collectors make of instances, interfaces, node groups and target groups that they did not write themselves. */
import { beforeAll, expect, inject, it } from "vitest";
import { collectCluster } from "../../core/collect/cluster.ts";
import type { FactName } from "../../core/model/check.ts";
import { ClusterFacts } from "../../core/model/cluster.ts";
import type { Fact } from "../../core/model/fact.ts";
import { collectPorts } from "./bed/collect-ports.ts";
import { motoAccount, testCredentials } from "./bed/environment.ts";
import { motoRegion } from "./bed/estate.ts";
import { suite } from "./bed/suite.ts";

const region = "eu-south-2";
const needs: readonly FactName[] = ["instances", "networkInterfaces", "nodeGroups", "targetGroups", "loadBalancers"];

suite("nodes and targets on moto", { moto: inject("moto") }, ({ moto }) => {
  let strict = "";
  let open = "";
  let facts: ClusterFacts;

  beforeAll(async () => {
    const aws = await motoRegion(moto, region);
    const api = { url: "https://127.0.0.1:1", caFile: "/dev/null" };
    await aws.createCluster({ name: "prod", api, publicAccess: true, privateAccess: true, ranges: "absent" });
    await aws.createNodeGroup("prod", "general", "AL2023_x86_64_STANDARD");
    await aws.createNodeGroup("prod", "own", "CUSTOM");
    strict = await aws.createNode({ name: "strict", cluster: "prod", tokens: "required", hopLimit: 1, isPublic: false });
    open = await aws.createNode({ name: "open", cluster: "prod", tokens: "optional", hopLimit: 2, isPublic: true });
    const common = { cluster: "prod", scheme: "internet-facing", port: 443 } as const;
    await aws.createLoadBalancer({ ...common, name: "bare", service: "shop/bare" });
    await aws.createLoadBalancer({ ...common, name: "guarded", service: "shop/guarded", admits: ["8.8.8.0/24"] });
    facts = (
      await collectCluster(
        { account: motoAccount, region, name: "prod" },
        new Set(needs),
        collectPorts(moto, region, testCredentials),
        AbortSignal.timeout(30_000),
      )
    ).facts;
    ClusterFacts.parse(facts);
  });

  const valueIn = <T>(fact: Fact<T>): T => (fact.state === "known" ? fact.value : expect.fail(fact.reason.message));

  it("every read is answered", () => {
    expect(valueIn(facts.reads).filter(({ state }) => state !== "read")).toEqual([]);
  });

  it("instances with their metadata options", () => {
    const seen = valueIn(facts.instances).map(({ id, state, isManaged, metadata, tags }) => [
      id,
      state,
      isManaged,
      valueIn(metadata),
      tags.Name,
    ]);
    const on = { endpoint: "enabled", ipv6Endpoint: "disabled" };
    expect(seen).toEqual([
      [strict, "running", false, { ...on, tokens: "required", hopLimit: 1 }, "strict"],
      [open, "running", false, { ...on, tokens: "optional", hopLimit: 2 }, "open"],
    ]);
  });

  it("their network interfaces, with public addresses where they have one", () => {
    const of = (id: string) => valueIn(facts.networkInterfaces).filter(({ instanceId }) => instanceId === id);
    expect(of(strict)).toMatchObject([{ type: "interface", publicIpv4: [], privateIpv4: [expect.stringMatching(/^\d+(\.\d+){3}$/)] }]);
    expect(of(open)).toMatchObject([{ type: "interface", publicIpv4: [expect.stringMatching(/^\d+(\.\d+){3}$/)] }]);
    expect(of(open)[0]?.groupIds).not.toEqual([]);
  });

  it("node groups", () => {
    expect(valueIn(facts.nodeGroups)).toMatchObject([
      { name: "general", status: "ACTIVE", amiType: "AL2023_x86_64_STANDARD", kubernetesVersion: "1.36", hasLaunchTemplate: false },
      { name: "own", status: "ACTIVE", amiType: "CUSTOM" },
    ]);
    expect(valueIn(facts.nodeGroups)[1]).not.toHaveProperty("releaseVersion");
  });

  it("target groups, asked about clients' addresses where no security group decides; listeners forward to them", () => {
    const groups = valueIn(facts.targetGroups);
    expect(groups.map(({ name, targetType, port }) => [name, targetType, port])).toEqual([
      ["bare", "ip", 8080],
      ["guarded", "ip", 8080],
    ]);
    expect(groups.map(({ preservesClientIp: fact }) => (fact?.state === "known" ? fact.value : fact?.reason.code))).toEqual([
      false,
      undefined,
    ]);
    const forwards = valueIn(facts.loadBalancers).map(({ listeners }) =>
      valueIn(listeners).map(({ actions }) => actions && valueIn(actions)),
    );
    expect(forwards).toEqual(groups.map(({ arn }) => [[{ type: "forward", targetGroupArns: [arn] }]]));
  });
});
