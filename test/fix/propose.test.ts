import { describe, expect, it } from "vitest";
import { checks } from "../../core/checks/index.ts";
import { type Proposal, propose } from "../../core/fix/propose.ts";
import { type Ground, judgedOn } from "../../core/fix/prove.ts";
import { defineCheck } from "../../core/model/check.ts";
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { known } from "../../core/model/fact.ts";
import type { Finding } from "../../core/model/finding.ts";
import type { Service } from "../../core/model/kubernetes.ts";
import { aCluster, aLoadBalancer, anEndpoint, aService, inShop, readAt, withSettings } from "../support/cluster.ts";
import { anAwsNode, networkSettings } from "../support/engines.ts";
import { aWay } from "../support/way.ts";
import { openPods, groundOf as policed } from "./policy-estate.ts";

/** A check of Services that says of each whether it is wrong. */
const checkOf = (id: string, isWrong: (service: Service) => boolean) =>
  defineCheck({
    id,
    title: "Services are right",
    surface: "load-balancer",
    severity: "high",
    needs: ["services"],
    why: "",
    judged: "",
    unseen: "",
    remediation: "",
    examples: { fail: { services: [] }, pass: { services: [] } },
    evaluate: ({ services }) =>
      services.map((service) => ({
        resource: inShop("Service", "services", service.name),
        status: isWrong(service) ? ("fail" as const) : ("pass" as const),
        evidence: {},
        message: `Service ${service.name} was seen.`,
      })),
  });
const called = (...ids: readonly string[]) => checks.filter(({ id }) => ids.includes(id));
const failsOf = (ground: Ground, check: string): readonly Finding[] =>
  judgedOn(ground).filter((one) => one.check === check && one.status === "fail");
const outcome = (one: Proposal): string =>
  `${one.finding.check}: ${one.state === "planned" ? (one.proved ? "proved" : "not proved") : one.state}`;
/** The proposals, and what was told of how many there are. */
function proposed(ground: Ground, findings: readonly Finding[]) {
  const told: number[] = [];
  const proposals = propose(ground, findings, (done) => told.push(done));
  return { proposals, told, outcomes: proposals.map(outcome) };
}

const externalIps = "service-uses-no-external-ips";
const endpoint = "endpoint-not-open-to-internet";
const groundOf = (facts: Partial<ClusterFacts>, own: readonly ReturnType<typeof checkOf>[] = []): Ground => ({
  cluster: aCluster({ services: known([aService("web", { externalIPs: ["8.8.8.8"] }), aService("bystander")]), ...facts }),
  checks: [...called(externalIps, endpoint), ...own],
  settings: withSettings({}),
  readAt,
});

describe("without a plan", () => {
  const unmendable = checkOf("nobody-mends-it", ({ name }) => name === "web");

  it.each([
    ["a check that has no fix", "nobody-mends-it", "There is no command that mends it."],
    [
      "a check that says why it has none",
      "cluster-read-completely",
      expect.stringMatching(/^What to grant or to mend stands in the finding/),
    ],
  ])("none: %s", (_rule, id, why) => {
    const ground = groundOf({}, [checkOf(id, ({ name }) => name === "web")]);
    expect(proposed(ground, failsOf(ground, id)).proposals).toMatchObject([{ state: "none", why, finding: { check: id } }]);
  });

  it("nothing to do: it passes, or nothing of its kind is judged", () => {
    const ground = groundOf({});
    const [finding] = failsOf(ground, externalIps);
    if (finding === undefined) throw new TypeError("The Service fails.");
    const passing = judgedOn(ground).filter(({ status }) => status === "pass");
    const gone = { ...finding, id: "another" };
    expect(proposed(ground, [...passing, gone]).proposals).toEqual(
      [...passing, gone].map((one) => ({ finding: one, state: "nothing-to-do" })),
    );
  });

  it("stands behind those that have one", () => {
    const ground = groundOf({}, [unmendable]);
    const { outcomes, told } = proposed(ground, [...failsOf(ground, "nobody-mends-it"), ...failsOf(ground, externalIps)]);
    expect(outcomes).toEqual([`${externalIps}: proved`, "nobody-mends-it: none"]);
    expect(told).toEqual([1, 2]);
  });

  it("a bug of a fix is no reason for the user, and stays a bug", () => {
    const blind = checkOf("endpoint-private-access-enabled", ({ name }) => name === "web");
    const ground = groundOf({}, [blind]);
    expect(() => propose(ground, failsOf(ground, blind.id))).toThrow(TypeError);
  });
});

it("what closes the API server comes last, whatever else there is, and the count goes up to all of them", () => {
  const unmendable = checkOf("nobody-mends-it", ({ name }) => name === "web");
  const open = { endpoint: known(anEndpoint({ publicAccess: true, publicCidrs: ["0.0.0.0/0"] })) };
  const ground = groundOf(open, [unmendable]);
  const findings = [endpoint, "nobody-mends-it", externalIps].flatMap((id) => failsOf(ground, id));
  const { outcomes, told } = proposed(ground, findings);
  expect(outcomes).toEqual([`${externalIps}: proved`, `${endpoint}: proved`, "nobody-mends-it: none"]);
  expect(told).toEqual([0, 1, 2, 2, 3]);
});

it("a plan that another one opens the way for is asked for again", () => {
  const denied = "pods-deny-ingress-by-default";
  const enforced = "network-policies-are-enforced";
  const pods = known([anAwsNode("0a", {}), anAwsNode("0b", {}), ...openPods]);
  const ground = { ...policed("vpc-cni", { facts: { pods, networkSettings: networkSettings() } }), checks: called(denied, enforced) };
  const findings = [denied, enforced].flatMap((id) => failsOf(ground, id));
  expect(propose(ground, [...findings].slice(0, 1)).map(outcome)).not.toEqual([`${denied}: proved`]);
  const { outcomes, told } = proposed(ground, findings);
  expect(outcomes).toEqual([`${enforced}: proved`, ...findings.slice(1).map(() => `${denied}: proved`)]);
  expect(told).toEqual(findings.map((_, i) => i + 1));
});

describe("of several plans", () => {
  const web = aService("web", { loadBalancerClass: "service.k8s.aws/nlb" });
  const narrowed = ({ loadBalancerSourceRanges: ranges }: Service): boolean => ranges.length > 0;
  const internal = ({ annotations }: Service): boolean => annotations["service.beta.kubernetes.io/aws-load-balancer-scheme"] === "internal";
  const open = "load-balancer-internal-or-restricted";
  const groundWith = (isWrong: (service: Service) => boolean, service = web): Ground => ({
    cluster: aCluster({
      ...aWay([]),
      readAt: known(readAt),
      services: known([service]),
      loadBalancers: known([
        aLoadBalancer({
          scheme: "internet-facing",
          securityGroupIds: ["sg-open"],
          listeners: known([{ port: 443, protocol: "TCP" }]),
          tags: known({ "elbv2.k8s.aws/cluster": "prod", "service.k8s.aws/stack": "shop/web" }),
        }),
      ]),
    }),
    checks: [...called(open, externalIps), checkOf("guard", isWrong)],
    settings: withSettings({ trustedCidrs: ["203.0.113.0/24"] }),
    readAt,
  });
  const proposalWith = (isWrong: (service: Service) => boolean): Proposal | undefined => {
    const ground = groundWith(isWrong);
    return propose(ground, failsOf(ground, open))[0];
  };
  const restricts = "Lets only trusted ranges reach Service web.";
  const takesOff = "Takes the load balancer of Service web off the internet.";

  it.each([
    ["the first, where it is proved", () => false, { proved: true, plan: { summary: restricts } }],
    [
      "the next, where the first harms another finding, which its notes say",
      narrowed,
      {
        proved: true,
        plan: {
          summary: takesOff,
          notes: expect.arrayContaining([
            expect.stringMatching(/^Tried before, and not proved: Lets only .*\. Another finding begins to fail: guard, /),
          ]),
        },
      },
    ],
    [
      "the first, not proved, where none is",
      (one: Service) => narrowed(one) || internal(one),
      { proved: false, plan: { summary: restricts } },
    ],
  ])("%s", (_rule, isWrong, proposal) => {
    expect(proposalWith(isWrong)).toMatchObject({ state: "planned", ...proposal });
  });

  it("one that is not proved is made again once another plan took its harm away", () => {
    const isWrong = (one: Service): boolean => (narrowed(one) || internal(one)) && one.externalIPs.length > 0;
    const ground = groundWith(isWrong, { ...web, externalIPs: ["8.8.8.8"] });
    const findings = [open, externalIps].flatMap((id) => failsOf(ground, id));
    expect(propose(ground, findings.slice(0, 1)).map(outcome)).toEqual([`${open}: not proved`]);
    expect(proposed(ground, findings).outcomes).toEqual([`${externalIps}: proved`, `${open}: proved`]);
  });

  it("nothing is said of a plan before it where it is the first", () => {
    for (const isWrong of [() => false, (one: Service) => narrowed(one) || internal(one)])
      expect(JSON.stringify(proposalWith(isWrong))).not.toContain("Tried before");
  });
});
