/** Policies that by themselves let everybody through, with what is left of them once the internet is taken out. */
import type { CalicoRule } from "../../model/calico-policy.ts";
import type { CiliumEgressRule, CiliumIngressRule, CiliumRule } from "../../model/cilium-policy.ts";
import type { ClusterFacts } from "../../model/cluster.ts";
import type { ClusterPolicyRule } from "../../model/cluster-network-policy.ts";
import type { Fact } from "../../model/fact.ts";
import { type AddressSet, allAddresses, difference, intersection, isCidr, parseFilterCidrs, toCidrs } from "../../net/addresses.ts";
import { type InternetLimits, isInternet } from "../../net/internet.ts";
import type { Direction } from "../../net/policy/model.ts";
import type { ManifestObject } from "../manifests.ts";
import { entitiesOf } from "./calico.ts";
import { narrowed } from "./narrow.ts";
import { blocksOf, inFamilies } from "./ranges.ts";
import { type Block, block, everyPod, type Peer } from "./terms.ts";

export interface Inside {
  readonly addresses: AddressSet;
  readonly families: readonly ("ipv4" | "ipv6")[];
  readonly limits: InternetLimits;
}

/**
 * The policy with every pod and what is inside in the place of everybody; undefined where it is of a kind, or opens in a way, that
 * is not written anew here.
 *
 * @param title kind, namespace and name, as checks speak of policies
 */
export function narrowedOpener(
  facts: ClusterFacts,
  title: string,
  directions: readonly Direction[],
  inside: Inside,
): ManifestObject | undefined {
  const space = title.lastIndexOf(" ");
  const [kind, rest] = [title.slice(0, space), title.slice(space + 1)];
  const slash = rest.indexOf("/");
  const [namespace, name] = slash < 0 ? [undefined, rest] : [rest.slice(0, slash), rest.slice(slash + 1)];
  const object = (apiVersion: string, spec: object | undefined): ManifestObject | undefined =>
    spec && {
      apiVersion,
      kind: kind.slice(kind.lastIndexOf(" ") + 1),
      metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
      spec,
    };
  const found = <T extends { readonly name: string }>(list: Fact<readonly T[]>): T | undefined =>
    list.state === "unknown"
      ? undefined
      : list.value.find((one) => one.name === name && ("namespace" in one ? one.namespace : undefined) === namespace);
  const each = <S extends object>(spec: S, change: (spec: S, direction: Direction) => S | undefined): S | undefined => {
    const all = directions.reduce((sum, direction) => change(sum, direction) ?? sum, spec);
    return all === spec ? undefined : all;
  };
  switch (kind) {
    case "NetworkPolicy":
    case "ApplicationNetworkPolicy": {
      const policy = kind === "NetworkPolicy" ? found(facts.networkPolicies) : found(facts.applicationNetworkPolicies);
      const spec = policy && each(policy.spec, (one, direction) => narrowed(one, direction, everythingBut(inside), true));
      return object(kind === "NetworkPolicy" ? "networking.k8s.io/v1" : "networking.k8s.aws/v1alpha1", spec);
    }
    case "Calico NetworkPolicy":
    case "GlobalNetworkPolicy": {
      const policy = found(facts.calicoPolicies);
      return object("projectcalico.org/v3", policy && each(policy.spec, (spec, direction) => inCalico(spec, direction, inside)));
    }
    case "CiliumNetworkPolicy":
    case "CiliumClusterwideNetworkPolicy": {
      const policy = found(facts.ciliumPolicies);
      if (policy?.spec === undefined || policy.spec === null || policy.specs) return undefined;
      return object(
        "cilium.io/v2",
        each(policy.spec, (spec, direction) => inCilium(spec, direction, inside)),
      );
    }
    case "ClusterNetworkPolicy": {
      // Two groups have the kind: what one of that name lets through says which.
      const all =
        facts.clusterNetworkPolicies.state === "known" ? facts.clusterNetworkPolicies.value.filter((one) => one.name === name) : [];
      const [policy, other] = all;
      if (policy === undefined || other !== undefined) return undefined;
      const version = policy.apiGroup === "networking.k8s.aws" ? "v1alpha1" : "v1alpha2";
      return object(
        `${policy.apiGroup}/${version}`,
        each(policy.spec, (spec, direction) => inClusterPolicy(spec, direction, inside)),
      );
    }
    case "AdminNetworkPolicy":
    case "BaselineAdminNetworkPolicy": {
      const policy = found(facts.adminNetworkPolicies);
      return object(
        "policy.networking.k8s.io/v1alpha1",
        policy && each(policy.spec, (spec, direction) => inClusterPolicy(spec, direction, inside)),
      );
    }
    default:
      return undefined;
  }
}

/** Of blocks that are as wide as the internet, what is not inside. */
export const everythingBut = ({ addresses, limits }: Inside) => ({
  addresses: difference(allAddresses, addresses),
  isMeant: (meant: AddressSet): boolean => isInternet(meant, limits),
});

/** What is left of blocks: of those that are as wide as the internet, what is inside. */
const left = (blocks: readonly Block[], inside: Inside): readonly string[] =>
  blocks.flatMap(({ cidr, except }) => {
    if (!isCidr(cidr)) return [cidr];
    const meant = difference(parseFilterCidrs([cidr]), parseFilterCidrs(except.filter(isCidr)));
    if (!isWide([cidr], inside)) return except.length === 0 ? [cidr] : toCidrs(meant);
    return toCidrs(intersection(meant, inFamilies(inside.addresses, inside.families)));
  });
const whole = (cidr: string): Block => ({ cidr, except: [] });

const isWide = (cidrs: readonly string[], { limits }: Inside): boolean => isInternet(parseFilterCidrs(cidrs.filter(isCidr)), limits);
const insidePeers = ({ addresses, families }: Inside): readonly Peer[] => blocksOf(addresses, families);
const cidrsOf = (peers: readonly Peer[]): readonly string[] => peers.flatMap((peer) => ("block" in peer ? [peer.block.cidr] : []));

function inCalico<
  S extends { readonly ingress?: readonly CalicoRule[] | null | undefined; readonly egress?: readonly CalicoRule[] | null | undefined },
>(spec: S, direction: Direction, inside: Inside): S | undefined {
  const side = direction === "ingress" ? "source" : "destination";
  const rules = spec[direction] ?? [];
  const fresh = rules.flatMap((rule): readonly object[] => {
    const { nets, notNets, selector, notSelector, namespaceSelector, serviceAccounts, services, domains, ...ports } = rule[side] ?? {};
    const isNarrow =
      selector ||
      notSelector ||
      namespaceSelector ||
      serviceAccounts ||
      services ||
      (domains ?? []).length > 0 ||
      (notNets ?? []).length > 0;
    const isEverybody = !nets || nets.length === 0 || isWide(nets, inside);
    // What is passed on leaves the tier, and no later one may ask about it.
    const opens = rule.action === "Allow" || rule.action === "Pass";
    if (!opens || isNarrow || !isEverybody) return [rule];
    const named = nets && nets.length > 0;
    const peers = named ? left(nets.map(whole), inside).map((cidr) => block(cidr)) : [everyPod, ...insidePeers(inside)];
    return entitiesOf(peers).map((end) => ({ ...rule, [side]: { ...ports, ...end } }));
  });
  return fresh.length === rules.length && fresh.every((one, i) => one === rules[i]) ? undefined : { ...spec, [direction]: fresh };
}

function inCilium(spec: CiliumRule, direction: Direction, inside: Inside): CiliumRule | undefined {
  const side = direction === "ingress" ? "from" : "to";
  const entries: readonly (CiliumIngressRule | CiliumEgressRule)[] = spec[direction] ?? [];
  const fresh = entries.flatMap((entry): readonly object[] => {
    const fields = entry as Readonly<Record<string, unknown>>;
    const entities = (fields[`${side}Entities`] ?? undefined) as readonly string[] | undefined;
    const sets = (fields[`${side}CIDRSet`] ?? []) as readonly {
      readonly cidr?: string | null;
      readonly except?: readonly string[] | null;
    }[];
    const blocks = [
      ...((fields[`${side}CIDR`] ?? []) as readonly string[]).map(whole),
      ...sets.flatMap(({ cidr, except }) => (cidr ? [{ cidr, except: except ?? [] }] : [])),
    ];
    const others = Object.fromEntries(Object.entries(fields).filter(([key]) => !key.startsWith(side) || key === "toPorts"));
    const entryOf = (cidrs: readonly string[]) => ({ ...others, [`${side}CIDRSet`]: cidrs.map((cidr) => ({ cidr })) });
    const insideEntry = entryOf(cidrsOf(insidePeers(inside)));
    if (blocks.length > 0) {
      const isNamed = sets.every(({ cidr }) => cidr);
      if (!isNamed || !blocks.some(({ cidr }) => isWide([cidr], inside))) return [entry];
      const cidrs = left(blocks, inside);
      return cidrs.length === 0 ? [] : [entryOf(cidrs)];
    }
    // Without peers an entry of ports means everybody.
    const who = entities ?? (Object.keys(fields).some((key) => key.startsWith(side) && key !== "toPorts") ? [] : ["all"]);
    const hasPorts = ((fields.toPorts ?? []) as readonly unknown[]).length > 0;
    if ((entities === undefined && !hasPorts) || !who.some((one) => one === "all" || one.startsWith("world"))) return [entry];
    const rest = [...new Set(who.flatMap((one) => (one === "all" ? ["cluster"] : one.startsWith("world") ? [] : [one])))];
    return [...(rest.length > 0 ? [{ ...others, [`${side}Entities`]: rest }] : []), insideEntry];
  });
  return fresh.length === entries.length && fresh.every((one, i) => one === entries[i])
    ? undefined
    : // An entry of nothing lets nobody through, and isolates still.
      ({ ...spec, [direction]: fresh.length === 0 ? [{}] : fresh } as CiliumRule);
}

function inClusterPolicy<S extends { readonly egress?: readonly ClusterPolicyRule[] | null | undefined }>(
  spec: S,
  direction: Direction,
  inside: Inside,
): S | undefined {
  if (direction === "ingress") return undefined; // pods alone
  const rules = spec.egress ?? [];
  const fresh = rules.map((rule) => {
    if ((rule.action !== "Allow" && rule.action !== "Accept") || !("to" in rule)) return rule;
    const networks = (rule.to ?? []).flatMap((peer) => peer.networks ?? []);
    if (!networks.some((cidr) => isWide([cidr], inside))) return rule;
    const others = (rule.to ?? []).filter((peer) => !peer.networks);
    const cidrs = left(networks.map(whole), inside);
    const to = [...others, ...(cidrs.length > 0 ? [{ networks: cidrs }] : [])];
    // A rule has to name somebody: one that is left with nobody names an address that nobody has.
    return { ...rule, to: to.length > 0 ? to : [{ networks: ["192.0.2.0/32"] }] };
  });
  return fresh.every((one, i) => one === rules[i]) ? undefined : { ...spec, egress: fresh };
}
