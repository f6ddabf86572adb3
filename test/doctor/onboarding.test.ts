import { describe, expect, it } from "vitest";
import { judgeOnboarding, onboardingOf } from "../../core/doctor/onboarding.ts";
import type { Coverage } from "../../core/model/cluster.ts";
import type { DeploymentCluster } from "../../core/model/deployment.ts";
import { known, type ReasonCode, unknown } from "../../core/model/fact.ts";

const account = "222222222222";
const arn = `arn:aws:iam::${account}:role/eks-perimeter-member`;
const caller = `arn:aws:iam::${account}:user/somebody`;
const read = (code?: ReasonCode): Coverage =>
  code === undefined
    ? { read: "kubernetes:list pods", state: "read" }
    : { read: "kubernetes:list pods", state: "unknown", reason: { code, message: `Refused: ${code}.` } };
const entry = known({ groups: ["anything"] });
/** Nobody made an entry. */
const aCluster = (over: Partial<DeploymentCluster> = {}): DeploymentCluster => ({
  account,
  region: "eu-west-1",
  name: "prod",
  endpoint: known({ publicAccess: true, privateAccess: false, publicCidrs: ["0.0.0.0/0"] }),
  principal: { arn },
  authenticationMode: known("API_AND_CONFIG_MAP"),
  accessEntry: known(null),
  reads: [read("unauthenticated")],
  ...over,
});
const ofCaller = { principal: { arn: caller }, accessEntry: entry, reads: [read()] };

describe("an entry is to be created", () => {
  it.each<[string, string, Partial<DeploymentCluster>]>([
    ["create", "the API knows nobody of that name", {}],
    ["create", "entries alone count, and nothing was reached", { authenticationMode: known("API"), reads: [read("timeout")] }],
    ["create", "nothing was reached", { reads: [read("refused")] }],
    ["create", "the API answers the caller, who is another", { ...ofCaller, member: { arn, accessEntry: known(null) } }],
    ["existed", "it has one, whatever its groups are", { accessEntry: entry, reads: [read("forbidden")] }],
    [
      "existed",
      "it has one, where the caller is another and has none",
      { ...ofCaller, accessEntry: known(null), member: { arn, accessEntry: entry } },
    ],
    ["left", "aws-auth lets it read already", { reads: [read()] }],
    ["left", "aws-auth lets it read something", { reads: [read("forbidden"), read()] }],
    ["left", "aws-auth alone counts", { authenticationMode: known("CONFIG_MAP") }],
    ["left", "the cluster has no API", { inapplicable: { code: "not-ready", message: "It is being made." } }],
    ["unknown", "whether it has one was not read", { accessEntry: unknown("forbidden", "Not allowed.") }],
    ["unknown", "what counts was not read", { authenticationMode: unknown("throttled", "Too often.") }],
    ["unknown", "the caller's was read, and its own was not", { ...ofCaller, member: { arn, accessEntry: unknown("forbidden", "No.") } }],
  ])("%s: %s", (outcome, _why, over) => {
    expect(onboardingOf(aCluster(over))).toMatchObject({ outcome, principalArn: arn });
  });
});

describe("what is said of it", () => {
  it("nothing where it was not asked for", () => {
    expect(judgeOnboarding(aCluster())).toEqual([]);
  });
  it("where aws-auth decides: the line to add, unless it is known that the role is read by it", () => {
    const cluster = aCluster({ authenticationMode: known("CONFIG_MAP") });
    const said = (over: Partial<DeploymentCluster>) =>
      judgeOnboarding({ ...cluster, ...over, onboarding: { outcome: "left", principalArn: arn, why: "By aws-auth." } })[0]?.toDo?.text;
    expect(said({})).toContain(`rolearn: ${arn}`);
    expect(said({ reads: [read()] })).toBeUndefined();
    expect(said({ ...ofCaller, member: { arn, accessEntry: known(null) } })).toContain(`rolearn: ${arn}`);
  });
  it("refused: whom to allow it, which in the caller's account is the caller", () => {
    const onboarding = { outcome: "refused", principalArn: arn, why: "No." } as const;
    expect(judgeOnboarding(aCluster({ onboarding }))[0]?.toDo?.text).toContain("OnboardAccessEntries=true");
    const own = aCluster({ ...ofCaller, member: { arn, accessEntry: known(null) }, onboarding });
    expect(judgeOnboarding(own)[0]?.toDo?.text).toContain("Allow eks:CreateAccessEntry to the caller.");
  });
});
