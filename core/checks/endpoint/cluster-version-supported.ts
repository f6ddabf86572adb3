import { type About, defineCheck } from "../../model/check.ts";
import { minorOf } from "../kubernetes-versions.ts";
import { updateVersion } from "./eks-commands.ts";
import { type Support, supportOf } from "./version-support.ts";

const warnWithinDays = 60;
const msPerDay = 24 * 60 * 60 * 1000;
const text =
  "Update the control plane, then nodes and add-ons, one minor version at a time until the version is in standard support. EKS updates a cluster by itself when its support ends, at a time that nobody chose.";

export const clusterVersionSupported = defineCheck({
  id: "cluster-version-supported",
  title: "The Kubernetes version is in standard support",
  surface: "endpoint",
  severity: "medium",
  path: { none: "It judges how old the control plane is, not who reaches it." },
  needs: ["version", "readAt"],
  why: "After standard support a version gets fewer fixes and costs more; after extended support EKS updates the control plane whether the workloads are ready or not.",
  judged:
    "Passes while the version is in standard support, and fails in extended support and after it, with the dates. EKS's own answer (DescribeClusterVersions) decides, and outweighs its date on the day itself; where it was not read, a dated table of the release calendar decides as of the time of the scan, and every version older than the table's first is out of support. A version that neither knows is unknown. Within 60 days of the end of standard support it still passes and carries a warning in the evidence. Versions are compared by their minor number, never as decimals. A support policy of EXTENDED changes when EKS updates by itself and not the verdict.",
  unseen: "The versions of nodes and add-ons, which may lag behind the control plane.",
  remediation: text,
  examples: {
    fail: {
      readAt: "2026-11-01T06:00:00.000Z",
      version: {
        kubernetes: "1.33",
        supportType: "EXTENDED",
        support: {
          state: "known",
          value: { status: "EXTENDED_SUPPORT", endOfStandardSupport: "2026-07-29", endOfExtendedSupport: "2027-07-29" },
        },
      },
    },
    pass: {
      readAt: "2026-11-01T06:00:00.000Z",
      version: {
        kubernetes: "1.35",
        supportType: "EXTENDED",
        support: {
          state: "known",
          value: { status: "STANDARD_SUPPORT", endOfStandardSupport: "2027-03-27", endOfExtendedSupport: "2028-03-27" },
        },
      },
    },
  },
  evaluate: ({ version, readAt }, _settings, about) => {
    const { resource } = about;
    const now = new Date(readAt);
    const name = `Cluster ${resource.name}`;
    if (Number.isNaN(now.getTime())) {
      const reason = { code: "malformed", message: `${JSON.stringify(readAt)} is no time.` } as const;
      return [{ status: "unknown", resource, reason, message: `${name} was not judged: ${reason.message}` }];
    }
    const support = supportOf(version, now);
    if (support.state === "unknown") {
      const { reason } = support;
      const message = `${name} runs Kubernetes ${version.kubernetes}, whose support could not be read and is in no table: ${reason.message}`;
      return [{ status: "unknown", resource, reason, message }];
    }
    const { status, endOfStandardSupport } = support.value;
    const daysLeft = daysUntil(endOfStandardSupport, now);
    const isNear = status === "STANDARD_SUPPORT" && daysLeft !== undefined && daysLeft <= warnWithinDays;
    const evidence = {
      kubernetesVersion: version.kubernetes,
      ...support.value,
      ...(version.supportType === undefined ? {} : { upgradePolicy: version.supportType }),
      ...(isNear ? { warning: endIsNear(day(endOfStandardSupport), daysLeft) } : {}),
    };
    const runs = `${name} runs Kubernetes ${version.kubernetes}`;
    if (status === "STANDARD_SUPPORT") {
      const until = endOfStandardSupport === undefined ? "" : ` until ${day(endOfStandardSupport)}`;
      return [{ status: "pass", resource, evidence, message: `${runs}, which is in standard support${until}.` }];
    }
    const remediation = { text, commands: update(version.kubernetes, about) };
    return [{ status: "fail", resource, evidence, remediation, message: `${runs}, ${ended(support.value)}.` }];
  },
});

function endIsNear(date: string, daysLeft: number): string {
  // EKS's own status outweighs its date: the day on which support ends is not the minute.
  if (daysLeft <= 0) return `Standard support was to end on ${date}, and EKS still grants it.`;
  return `Standard support ends on ${date}, in ${daysLeft} ${daysLeft === 1 ? "day" : "days"}.`;
}

function ended({ status, endOfStandardSupport, endOfExtendedSupport }: Support): string {
  const since = endOfStandardSupport === undefined ? "" : ` on ${day(endOfStandardSupport)}`;
  if (status === "UNSUPPORTED") return `whose support ended${endOfExtendedSupport === undefined ? "" : ` on ${day(endOfExtendedSupport)}`}`;
  const until = endOfExtendedSupport === undefined ? "" : `, extended support ends on ${day(endOfExtendedSupport)}`;
  return `whose standard support ended${since}${until}`;
}

function update(version: string, about: About): readonly string[] {
  const minor = minorOf(version);
  return minor === undefined ? [] : [updateVersion(about, `1.${minor + 1}`)];
}

/** Whole days, rounded up; undefined where there is no date or none that can be read. */
function daysUntil(date: string | undefined, now: Date): number | undefined {
  const end = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(end) ? undefined : Math.ceil((end - now.getTime()) / msPerDay);
}

const day = (date: string | undefined): string => (date ?? "").slice(0, "2027-01-31".length);
