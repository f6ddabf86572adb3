/**
 * Which namespaces reach which, by the policies that are enforced: small enough for a report, whatever the cluster's size. Asked
 * are classes of pods that policies treat alike, never single pods.
 */
import type { ClusterFacts } from "../../model/cluster.ts";
import { type Fact, known } from "../../model/fact.ts";
import type { Pod } from "../../model/workloads.ts";
import { type AddressSet, noAddresses } from "../addresses.ts";
import { globallyReachable, type InternetLimits, isInternet } from "../internet.ts";
import type { Decision } from "../policy/decide.ts";
import { anything, Decisions, nothing } from "../policy/decisions.ts";
import { type Effective, effectivePolicies, type Subject } from "../policy/effective.ts";
import { everyIpv4, everyIpv6 } from "../policy/isolation.ts";
import type { Direction, PodClass } from "../policy/model.ts";
import { allPorts, isAll, isNone, portsText } from "../policy/port-set.ts";
import { type Answer, grouped, type Reached, togetherReached } from "./namespace-groups.ts";

/** Namespaces that reach, and are reached, alike. */
export interface NamespaceGroup {
  /** The first of them, in order. */
  readonly names: readonly string[];
  readonly count: number;
  readonly pods: number;
  /** False: they differ, and what is said holds of all of them together. */
  readonly isAlike: boolean;
  /** A letter: among the pods of one namespace. */
  readonly within: string;
  /** A letter: from one of them to another; absent where it is one alone. */
  readonly among?: string;
  readonly fromInternet: Reached;
  readonly toInternet: Reached;
}

export interface NamespaceReach {
  /** Largest first. */
  readonly groups: readonly NamespaceGroup[];
  /** A row for each group as the source, in it a letter for each group as the destination; "." for itself. */
  readonly between: readonly string[];
  /** What a letter stands for. */
  readonly letters: Readonly<Record<string, Answer>>;
  /** Of pods with an address of their own, which are those that policies can hold for. */
  readonly pods: number;
  readonly policies: number;
  /** Pods for which nothing enforces policies, and why for the first of them: a clause. */
  readonly unenforced?: { readonly pods: number; readonly why: string };
  /** What it hangs on where something reaches something perhaps: a sentence. */
  readonly doubt?: string;
  /** Namespaces in which no such pod runs. */
  readonly withoutPods: number;
}

/** A matrix that a person can take in. */
const mostGroups = 40;
const mostNames = 256;
const namesOfLarge = 12;
const mostPortsText = 60;

export function namespaceReach(facts: ClusterFacts, limits: InternetLimits): Fact<NamespaceReach> {
  const { pods, namespaces } = facts;
  if (pods.state === "unknown") return pods;
  if (namespaces.state === "unknown") return namespaces;
  const effective = effectivePolicies({ ...facts, pods: pods.value, namespaces: namespaces.value });
  const inhabited = inhabitedBy(pods.value, effective);
  const names = [...inhabited.keys()].sort();
  const all = names.map((name) => inhabited.get(name)?.kinds ?? []);
  const podsOf = (at: number): number => all[at]?.reduce((sum, kind) => sum + kind.pods, 0) ?? 0;
  const internet = internetOf(limits);
  const internets = all.map((kinds) => ({ from: internet(kinds, "ingress"), to: internet(kinds, "egress") }));
  const answers = answersBetween(all);
  const { groups, between } = grouped(
    {
      size: names.length,
      between: (from, to) => answers[from * names.length + to] ?? unreached,
      fromInternet: (at) => internets[at]?.from ?? "nothing",
      toInternet: (at) => internets[at]?.to ?? "nothing",
    },
    mostGroups,
  );
  const letters = new Letters();
  const mentioned = names.length <= mostNames ? mostNames : namesOfLarge;
  const kinds = all.flat();
  const unenforced = kinds.filter(({ subject }) => subject.unenforced !== undefined);
  const isDoubtful = [...answers, ...internets.flatMap(({ from, to }) => [{ reached: from }, { reached: to }])].some(
    ({ reached }) => reached === "perhaps",
  );
  return known({
    groups: groups.map(({ members, within, among, ...group }) => ({
      names: members.slice(0, mentioned).map((at) => names[at] ?? ""),
      count: members.length,
      pods: members.reduce((sum, at) => sum + podsOf(at), 0),
      ...group,
      within: letters.of(within),
      ...(among === undefined ? {} : { among: letters.of(among) }),
    })),
    between: groups.map((_, from) => groups.map((_, to) => (from === to ? "." : letters.of(between(from, to)))).join("")),
    letters: letters.all,
    pods: kinds.reduce((sum, { pods }) => sum + pods, 0),
    policies: effective.policies,
    ...(unenforced[0]?.subject.unenforced === undefined
      ? {}
      : { unenforced: { pods: unenforced.reduce((sum, { pods }) => sum + pods, 0), why: unenforced[0].subject.unenforced } }),
    ...(isDoubtful ? doubtOf(kinds) : {}),
    withoutPods:
      new Set([...namespaces.value.map(({ name }) => name), ...pods.value.map(({ namespace }) => namespace)]).size - names.length,
  });
}

function doubtOf(kinds: readonly Kind[]): Pick<NamespaceReach, "doubt"> {
  const doubtful = kinds.filter(({ subject }) => subject.isUncertain);
  const [most] = (doubtful.length > 0 ? doubtful : [...kinds]).sort((a, b) => b.pods - a.pods);
  return most === undefined ? {} : { doubt: most.subject.doubt.message };
}

const unreached: Answer = { reached: "nothing" };

/** Pods of a namespace that policies treat alike, as either end. */
interface Kind {
  readonly subject: Subject;
  readonly classes: readonly PodClass[];
  pods: number;
}

/** The namespaces in which pods run that have an address of their own, and these. */
function inhabitedBy(pods: readonly Pod[], effective: Effective): ReadonlyMap<string, { readonly kinds: readonly Kind[] }> {
  const subjects = pods.flatMap((pod) => {
    const subject = effective.of(pod);
    return subject === undefined ? [] : [{ pod, subject }];
  });
  // Only now are all models known in which a pod may be the other end.
  const namespaces = new Map<string, { readonly kinds: Kind[]; readonly byKey: Map<string, Kind> }>();
  for (const { pod, subject } of subjects) {
    const namespace = namespaces.get(pod.namespace) ?? { kinds: [], byKey: new Map<string, Kind>() };
    namespaces.set(pod.namespace, namespace);
    const key = `${subject.key} ${effective.otherKey(pod)}`;
    const known = namespace.byKey.get(key);
    if (known !== undefined) known.pods += 1;
    else {
      const kind = { subject, classes: effective.classesOf(pod), pods: 1 };
      namespace.byKey.set(key, kind);
      namespace.kinds.push(kind);
    }
  }
  return namespaces;
}

/** Row by row. */
function answersBetween(all: readonly (readonly Kind[])[]): readonly Answer[] {
  const decisions = new Decisions();
  const numbers = new Map<Decision, number>();
  const numberOf = (decision: Decision): number => {
    const known = numbers.get(decision) ?? decisions.numberOf(decision);
    numbers.set(decision, known);
    return known;
  };
  const towards = new Map<Subject, Readonly<Record<Direction, (others: readonly PodClass[]) => Decision>>>();
  const asked = all.map((kinds) =>
    kinds.map(({ subject, classes }) => {
      const sides = towards.get(subject) ?? { egress: subject.towards("egress"), ingress: subject.towards("ingress") };
      towards.set(subject, sides);
      return { classes, ...sides };
    }),
  );
  const answers = new Map<string, Answer>();
  return asked.flatMap((sources) =>
    asked.map((targets) => {
      let sum = nothing;
      let isEverything = true;
      for (const source of sources) {
        for (const target of targets) {
          const left = numberOf(source.egress(target.classes));
          const decision = left === nothing ? nothing : decisions.common(left, numberOf(target.ingress(source.classes)));
          if (decision !== anything) isEverything = false;
          sum = decisions.either(sum, decision);
        }
        if (sum === anything && !isEverything) break;
      }
      const key = `${sum} ${isEverything}`;
      const answer = answers.get(key) ?? answerFor(decisions.get(sum), isEverything);
      answers.set(key, answer);
      return answer;
    }),
  );
}

function answerFor({ atLeast, atMost }: Decision, isEverything: boolean): Answer {
  if (isNone(atMost)) return unreached;
  if (isEverything) return { reached: "all" };
  const text = isAll(atMost) ? "all ports" : portsText(atMost);
  return { reached: isNone(atLeast) ? "perhaps" : "some", ...(text.length > mostPortsText ? {} : { ports: text }) };
}

const internetIn = { ipv4: globallyReachable(everyIpv4).ipv4, ipv6: globallyReachable(everyIpv6).ipv6 };

/** Of the pods of a namespace, whether policies let through what comes from the internet or goes there. */
function internetOf(limits: InternetLimits): (kinds: readonly Kind[], direction: Direction) => Reached {
  const known = { ingress: new Map<Subject, Reached>(), egress: new Map<Subject, Reached>() };
  const ofSubject = (subject: Subject, direction: Direction): Reached => {
    const { atLeast, atMost } = subject.reach(direction, familiesOf(subject), allPorts);
    if (atMost.ipv4.length + atMost.ipv6.length === 0) return "nothing";
    if (isInternet(atLeast, limits)) return "all";
    return atLeast.ipv4.length + atLeast.ipv6.length > 0 ? "some" : "perhaps";
  };
  return (kinds, direction) =>
    togetherReached(
      kinds.map(({ subject }) => {
        const reached = known[direction].get(subject) ?? ofSubject(subject, direction);
        known[direction].set(subject, reached);
        return reached;
      }),
    );
}

/** The internet in the families of which the pod has an address; one whose addresses are not known yet in either. */
function familiesOf({ classes }: Subject): AddressSet {
  const has = (family: "ipv4" | "ipv6"): boolean => classes.some(({ addresses }) => addresses[family].length > 0);
  if (!has("ipv4") && !has("ipv6")) return internetIn;
  return { ipv4: has("ipv4") ? internetIn.ipv4 : noAddresses.ipv4, ipv6: has("ipv6") ? internetIn.ipv6 : noAddresses.ipv6 };
}

/** Letters for answers as they come; those for which there is none go without their ports. */
class Letters {
  readonly all: Record<string, Answer> = {
    n: { reached: "nothing" },
    a: { reached: "all" },
    s: { reached: "some" },
    p: { reached: "perhaps" },
  };
  readonly #known = new Map(Object.entries(this.all).map(([letter, { reached }]) => [`${reached} `, letter]));
  readonly #free = [..."bcdefghijklmoqrtuvwxyz"];

  of(answer: Answer): string {
    const key = `${answer.reached} ${answer.ports ?? ""}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const letter = this.#free.shift();
    if (letter === undefined) return this.#known.get(`${answer.reached} `) ?? "p";
    this.all[letter] = answer;
    this.#known.set(key, letter);
    return letter;
  }
}
