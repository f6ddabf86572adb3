import { type AddressSet, intersection, isEmpty } from "../addresses.ts";
import { type Atom, atoms } from "./atoms.ts";
import type { NamedPort, Peer, PodClass, PodSelector, PolicyModel } from "./model.ts";

/** A peer of a rule with pods in it. */
type PodPeer = Extract<Peer, { readonly pods: PodSelector }>;

/** Pods by what the policies can see of them: two pods of one class get the same answers everywhere. */
export class Classes {
  readonly atoms: readonly Atom[];
  /** One pod of each class. */
  readonly samples: PodClass[] = [];
  readonly #model: PolicyModel;
  readonly #selectors = new Map<string, { readonly number: number; readonly selector: PodSelector }>();
  readonly #everywhere: { readonly number: number; readonly selector: PodSelector }[] = [];
  readonly #inNamespace = new Map<string, { readonly number: number; readonly selector: PodSelector }[]>();
  readonly #numbers = new Map<string, number>();
  /** By class: the selectors that match it. */
  readonly #matched: ReadonlySet<number>[] = [];
  /** By selector: the classes that it matches. */
  readonly #members = new Map<number, number[]>();
  readonly #namesPorts: boolean;

  constructor(model: PolicyModel) {
    this.#model = model;
    this.atoms = atoms(model);
    let namesPorts = false;
    for (const policy of model.tiers.flatMap(({ policies }) => policies)) {
      this.#register(policy.subject);
      for (const { peers = [], ports = [] } of [...(policy.ingress ?? []), ...(policy.egress ?? [])]) {
        for (const peer of peers) if ("pods" in peer) this.#register(peer.pods);
        namesPorts ||= ports.some((match) => "name" in match);
      }
    }
    this.#namesPorts = namesPorts;
  }

  #register(selector: PodSelector): void {
    if (this.#selectors.has(selector.key)) return;
    const entry = { number: this.#selectors.size, selector };
    this.#selectors.set(selector.key, entry);
    if (selector.namespace === undefined) this.#everywhere.push(entry);
    else this.#inNamespace.set(selector.namespace, [...(this.#inNamespace.get(selector.namespace) ?? []), entry]);
  }

  /** The classes of some pods, each once. */
  of(pods: readonly PodClass[]): readonly number[] {
    return [...new Set(pods.map((pod) => this.#numberOf(pod)))];
  }

  #numberOf(pod: PodClass): number {
    const candidates = [...this.#everywhere, ...(this.#inNamespace.get(pod.namespace) ?? [])];
    const matched = candidates.filter(({ selector }) => selector.matches(pod)).map(({ number }) => number);
    const key = `${matched.join()}|${this.#namesPorts ? portsKey(pod.namedPorts) : ""}|${this.#atomsOf(pod.addresses).join()}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.samples.push(pod) - 1;
    this.#numbers.set(key, number);
    this.#matched.push(new Set(matched));
    for (const selector of matched) {
      const members = this.#members.get(selector);
      if (members === undefined) this.#members.set(selector, [number]);
      else members.push(number);
    }
    return number;
  }

  #atomsOf(addresses: AddressSet): readonly number[] {
    if (!this.#model.addressesMatchPods || isEmpty(addresses)) return [];
    return this.atoms.flatMap((atom, i) => (isEmpty(intersection(atom.addresses, addresses)) ? [] : [i]));
  }

  get count(): number {
    return this.samples.length;
  }

  /** The ports by name of a class, as text, where any rule names ports. */
  portsKey = (number: number): string => (this.#namesPorts ? portsKey(this.samples[number]?.namedPorts ?? []) : "");

  /** Whether the selector matches the class. */
  matches(selector: PodSelector, number: number): boolean {
    const entry = this.#selectors.get(selector.key);
    return entry !== undefined && this.#matched[number]?.has(entry.number) === true;
  }

  /** The classes that a peer matches. */
  membersOf({ pods }: PodPeer): readonly number[] {
    const entry = this.#selectors.get(pods.key);
    return entry === undefined ? [] : (this.#members.get(entry.number) ?? []);
  }
}

const portsKey = (ports: readonly NamedPort[]): string =>
  ports
    .map(({ name, protocol, port }) => `${name}/${protocol}/${port}`)
    .sort()
    .join();
