import { isEmpty } from "../addresses.ts";
import { Locations } from "./locations.ts";
import type { NamedPort, PodClass, PolicyModel } from "./model.ts";
import type { PodSelector } from "./pod-selector.ts";
import type { Labels } from "./selector.ts";

interface Registered {
  readonly number: number;
  readonly selector: PodSelector;
}

/** Pods by what the policies can see of them: two pods of one class get the same answers everywhere. */
export class Classes {
  /** One pod of each class. */
  readonly samples: PodClass[] = [];
  readonly #selectors = new Map<string, Registered>();
  readonly #everywhere: Registered[] = [];
  readonly #inNamespace = new Map<string, Registered[]>();
  readonly #candidates = new Map<string, readonly Registered[]>();
  readonly #located: Locations<Registered>;
  readonly #ofPods = new Map<PodClass, number>();
  readonly #numbers = new Map<string, number>();
  /** By selector: the classes that it matches. */
  readonly #members = new Map<number, number[]>();
  readonly #namesPorts: boolean;

  constructor(model: PolicyModel) {
    const policies = model.tiers.flatMap((tier) => tier.policies);
    const rules = policies.flatMap(({ ingress = [], egress = [] }) => [...ingress, ...egress]);
    this.#namesPorts = rules.some(({ ports }) => ports !== undefined && ports.names.length > 0);
    for (const { subject } of policies) this.#register(subject);
    for (const { peers } of rules) for (const selector of peers?.pods ?? []) this.#register(selector);
    this.#located = new Locations([...this.#selectors.values()].flatMap((one) => (one.selector.at ? [{ at: one.selector.at, one }] : [])));
  }

  #register(selector: PodSelector): void {
    if (this.#selectors.has(selector.key)) return;
    const entry = { number: this.#selectors.size, selector };
    this.#selectors.set(selector.key, entry);
    if (selector.at !== undefined) return;
    if (selector.namespace === undefined) this.#everywhere.push(entry);
    else put(this.#inNamespace, selector.namespace, entry);
  }

  /** The classes of some pods, each once. */
  of(pods: readonly PodClass[]): readonly number[] {
    return [...new Set(pods.map((pod) => this.#numberOf(pod)))];
  }

  #numberOf(pod: PodClass): number {
    const counted = this.#ofPods.get(pod);
    if (counted !== undefined) return counted;
    const located = isEmpty(pod.addresses) ? [] : this.#located.at(pod.addresses);
    const candidates = [...this.#candidatesIn(pod.namespace, pod.namespaceLabels), ...located];
    const matched = candidates.filter(({ selector }) => selector.matches(pod)).map(({ number }) => number);
    const key = `${matched.join()}|${this.#namesPorts ? textOf(pod.namedPorts) : ""}`;
    const number = this.#numbers.get(key) ?? this.#add(key, pod, matched);
    this.#ofPods.set(pod, number);
    return number;
  }

  #add(key: string, pod: PodClass, matched: readonly number[]): number {
    const number = this.samples.push(pod) - 1;
    this.#numbers.set(key, number);
    for (const selector of matched) put(this.#members, selector, number);
    return number;
  }

  #candidatesIn(namespace: string, labels: Labels): readonly Registered[] {
    const known = this.#candidates.get(namespace);
    if (known !== undefined) return known;
    const reaching = this.#everywhere.filter(({ selector }) => selector.reaches?.(labels) ?? true);
    const candidates = [...reaching, ...(this.#inNamespace.get(namespace) ?? [])];
    this.#candidates.set(namespace, candidates);
    return candidates;
  }

  get count(): number {
    return this.samples.length;
  }

  /** The ports by name of a class, as text, where any rule names ports. */
  portsKey = (number: number): string => (this.#namesPorts ? textOf(this.samples[number]?.namedPorts ?? []) : "");

  /** The classes that a selector of the policies matches. */
  membersOf({ key }: PodSelector): readonly number[] {
    const entry = this.#selectors.get(key);
    return entry === undefined ? [] : (this.#members.get(entry.number) ?? []);
  }
}

function put<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

const textOf = (ports: readonly NamedPort[]): string =>
  ports
    .map(({ name, protocol, port }) => `${name}/${protocol}/${port}`)
    .sort()
    .join();
