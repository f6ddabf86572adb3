/**
 * How many AWS API calls a scan of one cluster makes, by action, as its VPC holds more load balancers:
 *
 *     npm exec -- node bench/api-calls.ts
 *
 * Counted at the sandbox, whose pages and batches are as long as AWS's. The Kubernetes API is left out: it is no AWS API.
 */
import type { Report } from "../core/report/report.ts";
import { type EstateInput, parseEstate } from "../sandbox/estate.ts";
import { startSandbox } from "../sandbox/start.ts";
import { run } from "../test/cli/command.ts";

const account = "111111111111";
const region = "eu-west-1";
const sizes = [10, 200, 2_000];

type Balancer = NonNullable<NonNullable<NonNullable<EstateInput["accounts"][number]["regions"]>[string]>["loadBalancers"]>[number];

/** Of ten load balancers: five network ones, one of them without security groups, four application ones and a classic one. */
function loadBalancer(i: number): Balancer {
  const name = `balancer-${i}`;
  const kind = i % 10;
  if (kind === 9) return { name, type: "classic", listeners: [{ port: 80 }] };
  if (kind >= 5) {
    const rules = [{ path: "/*", target: { port: 8080 } }];
    return { name, type: "application", securityGroups: ["sg-1"], listeners: [{ port: 443, protocol: "HTTPS", status: 404, rules }] };
  }
  return { name, securityGroups: kind === 0 ? [] : ["sg-1"], listeners: [{ port: 443, protocol: "TLS" }] };
}

/** Calls by action while one cluster beside so many load balancers is scanned by every check. */
async function callsBeside(count: number): Promise<ReadonlyMap<string, number>> {
  const estate = parseEstate({
    organization: null,
    hub: { account },
    accounts: [
      {
        id: account,
        regions: {
          [region]: {
            vpcs: [{ id: "vpc-1", subnets: [{ id: "subnet-1", cidr: "10.0.0.0/16" }], securityGroups: [{ id: "sg-1" }] }],
            loadBalancers: Array.from({ length: count }, (_, i) => loadBalancer(i)),
            clusters: [{ name: "prod", nodeGroups: [{ name: "general" }] }],
          },
        },
      },
    ],
  });
  const sandbox = await startSandbox(estate);
  try {
    const { stdout, stderr } = await run(["scan", "--region", region, "--json"], sandbox);
    // A scan that read less would look cheaper.
    const report = stdout === "" ? undefined : (JSON.parse(stdout) as Report);
    const unread = report?.clusters.flatMap(({ coverage }) => coverage.filter(({ state }) => state !== "read"));
    if (report?.clusters.length !== 1 || unread?.length !== 0)
      throw new Error(`not everything was read: ${JSON.stringify(unread)}\n${stderr}`);
    const calls = new Map<string, number>();
    for (const { action } of sandbox.requests()) calls.set(action, (calls.get(action) ?? 0) + 1);
    return calls;
  } finally {
    await sandbox.close();
  }
}

const measured: ReadonlyMap<string, number>[] = [];
for (const size of sizes) measured.push(await callsBeside(size));

const cell = (text: string | number): string => String(text).padStart(9);
const line = (name: string, counts: readonly number[], perBalancer: string): string =>
  `${name.padEnd(50)}${counts.map(cell).join("")}${perBalancer.padStart(20)}\n`;
/** How many more calls each further load balancer cost, between the smallest estate and the largest. */
const growth = (counts: readonly number[]): string => {
  const [first = 0, last = 0] = [counts[0], counts.at(-1)];
  return ((last - first) / ((sizes.at(-1) ?? 0) - (sizes[0] ?? 0))).toFixed(4);
};

const actions = [...new Set(measured.flatMap((calls) => [...calls.keys()]))].sort();
process.stdout.write("Calls of one scan of one cluster, beside so many load balancers in its VPC:\n\n");
process.stdout.write(line("action", sizes, "per load balancer"));
for (const action of actions) {
  const counts = measured.map((calls) => calls.get(action) ?? 0);
  process.stdout.write(line(action, counts, growth(counts)));
}
const totals = measured.map((calls) => [...calls.values()].reduce((sum, count) => sum + count, 0));
process.stdout.write(line("all", totals, growth(totals)));
const averages = totals.map((total, i) => (total / (sizes[i] ?? Number.NaN)).toFixed(2));
process.stdout.write(`${"all, by load balancer".padEnd(50)}${averages.map(cell).join("")}\n`);
process.stdout.write(`
Calls grow by the API's own sizes alone:
  DescribeLoadBalancers          400 a page, in each of the two APIs
  DescribeTargetGroups           400 a page
  DescribeTags                   20 load balancers a call
  DescribeNetworkInterfaces      1,000 a page; each load balancer has one interface in each of its subnets
  DescribeListeners              one call for each load balancer of the newer API: the API has no batch form
  DescribeRules                  one call for each listener of an application load balancer: the API has no batch form
  DescribeTargetGroupAttributes  one call for each target group of a network load balancer without security groups,
                                 where the answer decides: the API has no batch form
Clusters of one VPC that one process scans, as the command line does, share all of these; functions scan each cluster apart.
`);
