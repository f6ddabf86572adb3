import { updateVersion, waitForCluster } from "../../checks/endpoint/eks-commands.ts";
import { supportOf } from "../../checks/endpoint/version-support.ts";
import { minorOf } from "../../checks/kubernetes-versions.ts";
import { quoted } from "../../checks/shell.ts";
import type { VersionSupport } from "../../model/aws.ts";
import { type Fact, known, unknown } from "../../model/fact.ts";
import type { NodeGroup } from "../../model/nodes.ts";
import { aboutOf, type Fix, type FixInput } from "../fix.ts";

/** Support that ends sooner is no aim of an update. */
const leastDaysLeft = 60;
const msPerDay = 24 * 60 * 60 * 1000;

/** Through each minor version, as EKS skips none, up to the first that stays in standard support for a while, else the last that is in it. */
export const fixClusterVersionSupported: Fix = (input) => {
  const { version } = input.cluster.facts;
  if (version.state === "unknown") return { none: version.reason.message };
  const now = new Date(input.readAt);
  const minor = minorOf(version.value.kubernetes);
  if (minor === undefined) return { none: `${JSON.stringify(version.value.kubernetes)} is no version that another follows.` };
  let found: { readonly steps: readonly string[]; readonly support: VersionSupport } | undefined;
  for (let steps: readonly string[] = [`1.${minor + 1}`]; ; steps = [...steps, `1.${minor + 1 + steps.length}`]) {
    const support = supportIn(steps.at(-1) ?? "", now);
    if (support.state === "unknown") break;
    if (support.value.status !== "STANDARD_SUPPORT") continue;
    found = { steps, support: support.value };
    if (daysLeft(support.value, now) > leastDaysLeft) break;
  }
  if (found === undefined) return { none: `No version after ${version.value.kubernetes} is known to be in standard support.` };
  return { plan: planOf(input, found.steps, found.support) };
};

const daysLeft = ({ endOfStandardSupport }: VersionSupport, now: Date): number =>
  (Date.parse(endOfStandardSupport ?? "") - now.getTime()) / msPerDay;

/** What the product's own table says: EKS was asked about the cluster's version alone. */
function supportIn(kubernetes: string, now: Date): Fact<VersionSupport> {
  const support = supportOf({ kubernetes, support: unknown("not-supported", "EKS was asked about another version.") }, now);
  if (support.state === "unknown") return support;
  const { source: _, ...row } = support.value;
  return known(row);
}

/** Add-ons and nodes that are left behind break: nobody goes on without a word. Without a terminal the script ends there. */
const afterStep = (version: string): string =>
  `echo 'Bring add-ons, self-managed nodes and Fargate pods to ${version} now, see that all is well, and press Enter.' >&2; read -r _`;

function planOf(input: FixInput, steps: readonly string[], support: VersionSupport) {
  const about = aboutOf(input);
  const { facts } = input.cluster;
  const groups = facts.nodeGroups.state === "known" ? facts.nodeGroups.value : [];
  const updatable = groups.filter(({ amiType }) => amiType !== "CUSTOM");
  const own = groups.filter(({ amiType }) => amiType === "CUSTOM").map(({ name }) => name);
  const of = (group: NodeGroup): string =>
    `--cluster-name ${quoted(about.resource.name)} --nodegroup-name ${quoted(group.name)} --region ${quoted(input.region)}`;
  const last = steps.at(-1) ?? "";
  const version = facts.version.state === "known" ? facts.version.value : { kubernetes: last };
  return {
    summary: `Updates the cluster to Kubernetes ${steps.join(", then ")}, with its managed node groups after each step.`,
    commands: steps.flatMap((step, i) => [
      ...(i === 0 ? [] : [afterStep(steps[i - 1] ?? "")]),
      updateVersion(about, step),
      waitForCluster(about),
      ...updatable.flatMap((group) => [
        `aws eks update-nodegroup-version ${of(group)} --kubernetes-version ${quoted(step)}`,
        `aws eks wait nodegroup-active ${of(group)}`,
      ]),
    ]),
    manifests: [],
    after: {
      ...facts,
      version: known({ ...version, kubernetes: last, support: known(support) }),
      nodeGroups:
        facts.nodeGroups.state === "known"
          ? known(groups.map((group) => (group.amiType === "CUSTOM" ? group : { ...group, kubernetesVersion: last })))
          : facts.nodeGroups,
    },
    notes: [
      "A control plane can't go back: look at `aws eks list-insights` for APIs that the next version removes before each step.",
      "After each step: update add-ons (`aws eks describe-addon-versions`), self-managed nodes and Fargate pods before the next one. Nodes are replaced, and their pods moved.",
      ...(own.length === 0 ? [] : [`Node groups with an AMI of their own need a launch template of the new version: ${own.join(", ")}.`]),
    ],
  };
}
