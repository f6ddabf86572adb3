/** What the checks of this folder say alike: which machines are judged, which of a pool decides, when a pass is withheld. */
import type { About, Evidence, Verdict } from "../../model/check.ts";
import type { Reason } from "../../model/fact.ts";
import type { Resource } from "../../model/resource.ts";
import { isUp, type Machine, machineName, type NodeFacts } from "../../net/nodes/machines.ts";
import { type Pool, poolsOf } from "../../net/nodes/pools.ts";
import { few, listed } from "../listed.ts";
import { nameOf } from "../words.ts";

/** What tells which machines are nodes: every check of this folder uses these facts. */
export const nodeFacts = ["instances", "networkInterfaces", "nodeGroups", "nodes"] as const satisfies readonly (keyof NodeFacts)[];

/** One machine seen by a check. */
export type Opinion =
  /** Of all machines of a pool, the items under one key are shown together. */
  | { readonly status: "pass"; readonly evidence: Readonly<Record<string, readonly string[]>> }
  /** Asked of the one machine that stands for its pool. */
  | { readonly status: "fail"; readonly witness: () => Witness }
  | { readonly status: "unknown"; readonly reason: Reason };

export interface Witness {
  /** A clause: "eni-0a1 has 203.0.113.7". */
  readonly seen: string;
  readonly evidence: Evidence;
  /** What surely is part of the remedy. */
  readonly commands?: readonly string[];
}

export interface Judgement {
  readonly about: About;
  readonly facts: NodeFacts;
  /** What a node that fails has, after "a node": "with a public address". */
  readonly failing: string;
  /** The check's own, which commands stand beside. */
  readonly remediation?: string;
  readonly judge: (machine: Machine) => Opinion;
}

/** One verdict per pool, and one for the cluster where nodes may have been missed. */
export function judgePools(judgement: Judgement): readonly Verdict[] {
  const { about, facts, judge } = judgement;
  const { pools, undecided, doubt } = poolsOf(facts, about.resource);
  // Machines that only instances tell of are missing from every pool while those were not read.
  const mayMiss = facts.instances.state === "unknown" ? facts.instances.reason : undefined;
  const verdicts = pools.map((pool) => judgePool(pool, mayMiss, judgement));
  const spoiling = undecided.filter((machine) => isUp(machine) && judge(machine).status !== "pass");
  const sawSome = pools.some(({ machines }) => machines.some(({ platform }) => platform === "ec2"));
  if (doubt === undefined || (sawSome && spoiling.length === 0)) return verdicts;
  const { resource } = about;
  const candidates = spoiling.map(machineName);
  const why = candidates.length === 0 ? "it may have nodes that were not seen" : `${listed(candidates)} may be nodes ${judgement.failing}`;
  const message = `${nameOf(resource)} was not judged whole, ${why}: ${doubt.message}`;
  return [...verdicts, { resource, status: "unknown", reason: doubt, message, evidence: { mayBeNodes: few(candidates) } }];
}

function judgePool(
  { resource, machines, untold }: Pool,
  mayMiss: Reason | undefined,
  { failing, judge, remediation = "" }: Judgement,
): Verdict {
  const name = nameOf(resource);
  const platform = machines[0]?.platform ?? "ec2";
  if (platform !== "ec2") return { resource, status: "not-applicable", message: `${name} is ${platforms[platform]}.` };
  const up = machines.filter(isUp);
  if (up.length === 0) return { resource, status: "not-applicable", message: `${name} has no instance that runs.` };
  const seen = up.map((machine) => ({ machine, opinion: judge(machine) }));
  const nodes = few(namesOf(up));
  const bad = seen.flatMap(({ machine, opinion }) => (opinion.status === "fail" ? [{ machine, witness: opinion.witness }] : []));
  const [first] = bad;
  if (first !== undefined) {
    const failed = namesOf(bad.map(({ machine }) => machine));
    const node = machineName(first.machine);
    const witness = first.witness();
    const evidence = { failing: few(failed), witness: node, ...witness.evidence };
    const which = isAlone(resource)
      ? `${name} is a node ${failing}`
      : `${name} has ${failed.length} of ${namesOf(up).length} nodes ${failing}, such as ${node}`;
    const message = `${which}: ${witness.seen}`;
    const { commands = [] } = witness;
    const remedy = commands.length === 0 ? {} : { remediation: { text: remediation, commands } };
    if (untold === undefined) return { resource, status: "fail", message: `${message}.`, evidence, ...remedy };
    return { resource, status: "unknown", reason: untold, evidence, message: `${message}, and its pool is not known: ${untold.message}` };
  }
  const doubt = seen.flatMap(({ opinion }) => (opinion.status === "unknown" ? [opinion.reason] : []))[0] ?? untold ?? mayMiss;
  if (doubt !== undefined) {
    return {
      resource,
      status: "unknown",
      reason: doubt,
      evidence: { nodes },
      message: `${name} may have nodes ${failing}: ${doubt.message}`,
    };
  }
  const evidence = { nodes, ...together(seen.flatMap(({ opinion }) => (opinion.status === "pass" ? [opinion.evidence] : []))) };
  const message = isAlone(resource) ? `${name} is no node ${failing}.` : `${name} has ${counted(namesOf(up).length)}, none ${failing}.`;
  return { resource, status: "pass", message, evidence };
}

const platforms: Readonly<Record<Machine["platform"], string>> = {
  ec2: "an instance",
  fargate: "on Fargate, whose machines are AWS's own",
  hybrid: "a hybrid node, outside AWS",
} as const;

const counted = (nodes: number): string => (nodes === 1 ? "1 node" : `${nodes} nodes`);

const isAlone = ({ kind }: Resource): boolean => kind === "Instance" || kind === "Node";

const namesOf = (machines: readonly Machine[]): readonly string[] => [...new Set(machines.map(machineName))].sort();

function together(evidence: readonly Readonly<Record<string, readonly string[]>>[]): Evidence {
  const sets = new Map<string, Set<string>>();
  for (const [key, items] of evidence.flatMap((one) => Object.entries(one))) {
    const set = sets.get(key) ?? new Set();
    sets.set(key, set);
    for (const item of items) set.add(item);
  }
  return Object.fromEntries([...sets].map(([key, items]) => [key, few([...items].sort())]));
}
