import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { recreate } from "../../core/fix/load-balancer/recreate.ts";
import { aCluster, account, aLoadBalancer, aService, readAt, region, withSettings } from "../support/cluster.ts";

it.each([
  ["goes on once it is gone", "An error occurred (LoadBalancerNotFound) when calling the DescribeLoadBalancers operation", 0],
  ["waits on where AWS refuses to tell", "An error occurred (ExpiredToken) when calling the DescribeLoadBalancers operation", 9],
])("a classic load balancer that is made anew: %s", (_rule, answer, ends) => {
  const input = { cluster: aCluster({}), settings: withSettings({}), account, region, readAt } as unknown as Parameters<typeof recreate>[0];
  const { commands = [] } = recreate(input, aService("web"), [aLoadBalancer({ type: "classic" })]);
  const loop = commands.find((command) => command.includes("describe-load-balancers")) ?? "";
  const stand = `n=0; aws() { printf '%s\\n' "$ANSWER" >&2; return 255; }; sleep() { n=$((n + 1)); [ $n -lt 3 ] || exit 9; }`;
  const { status } = spawnSync("sh", ["-euc", `${stand}\n${loop}`], { encoding: "utf8", env: { ...process.env, ANSWER: answer } });
  expect(status).toBe(ends);
});
