import { type AddressSet, isCidr, parseCidrs } from "../addresses.ts";
import { connections, type External, type Workload } from "../policy/connections.ts";
import type { PolicyModel } from "../policy/model.ts";
import { type Engine, type Remark, translate } from "../policy/translation.ts";
import { addressesOf, type Controller, endsOf, namespaceLabels } from "../workloads/ends.ts";
import { entrances } from "./entrances.ts";
import { type Allowed, allowed, type Estate, sorted, type TextOf } from "./model.ts";
import { merged } from "./outside-ends.ts";

export interface ConnectivityOptions {
  readonly engine: Engine;
  /** Whether IPv6 ranges are listed; undefined: where an object names an IPv6 address. */
  readonly ipv6: boolean | undefined;
  readonly textOf: TextOf;
}

export interface Connectivity {
  readonly model: PolicyModel;
  /** The addresses at which nodes are. */
  readonly nodes: AddressSet;
  /** The workloads that connections are told of. */
  readonly workloads: readonly Workload[];
  readonly hostNetwork: readonly Controller[];
  /** About policies. */
  readonly remarks: readonly Remark[];
  /** About Ingresses and routes: sentences. */
  readonly notes: readonly string[];
  /** Sorted by the texts of their ends; worked out as they are asked for. */
  readonly connections: Iterable<Allowed>;
}

/** Every connection that the policies allow. */
export function connectivity(estate: Estate, { engine, ipv6, textOf }: ConnectivityOptions): Connectivity {
  const { workloads, hostNetwork } = endsOf(estate);
  const labelsOf = namespaceLabels(estate.namespaces);
  const namespaces = Object.fromEntries(estate.namespaces.map(({ name }) => [name, labelsOf(name)]));
  const { model, remarks } = translate(
    engine,
    { namespaces, ...estate.policies },
    { ...estate.settings, pods: workloads.flatMap((one) => one.pods) },
  );
  const nodes = addressesOf(estate.nodes ?? []);
  const doors = entrances(estate, workloads, model);
  const families = (ipv6 ?? namesIpv6(estate)) ? both : onlyIpv4;
  return {
    model,
    nodes,
    workloads,
    hostNetwork,
    remarks,
    notes: doors.remarks,
    connections: {
      *[Symbol.iterator]() {
        const all = connections(model, workloads, textOf, nodes);
        const lines = dependsOnMore(model) ? merged(map(all, allowed), textOf) : map(all, allowed);
        for (const one of lines) if (isIn(families, one)) yield one;
        yield* sorted(doors.allowed, textOf);
      },
    },
  };
}

function* map<T, U>(all: Iterable<T>, each: (one: T) => U): Generator<U> {
  for (const one of all) yield each(one);
}

type Families = ReadonlySet<External["family"]>;
const both: Families = new Set(["ipv4", "ipv6"]);
const onlyIpv4: Families = new Set(["ipv4"]);
const isIn = (families: Families, { from, to }: Allowed): boolean =>
  !("family" in from && !families.has(from.family)) && !("family" in to && !families.has(to.family));

/** Whether any policy names an IPv6 address, or any pod or Service has one. */
export function namesIpv6({ policies, pods, services }: Estate): boolean {
  const isIpv6 = (text: string): boolean => text.includes(":") && isCidr(text) && parseCidrs([text]).ipv6.length > 0;
  const holdsIpv6 = (value: unknown): boolean => {
    if (typeof value === "string") return isIpv6(value);
    return typeof value === "object" && value !== null && Object.values(value).some(holdsIpv6);
  };
  return (
    pods.some(({ podIps }) => podIps.some(isIpv6)) ||
    services.some(({ clusterIPs, externalIPs }) => [...clusterIPs, ...externalIPs].some(isIpv6)) ||
    holdsIpv6(policies)
  );
}

/** Whether any connection may hang on more than addresses and ports. */
const dependsOnMore = ({ tiers }: PolicyModel): boolean =>
  tiers.some(({ policies, room }) => {
    let free = room?.entries ?? Number.POSITIVE_INFINITY;
    return policies.some(({ isolation, tie, ingress = [], egress = [] }) => {
      const rules = [...ingress, ...egress];
      free -= rules.reduce((sum, { entries = [] }) => sum + entries.length, 0);
      return free < 0 || isolation === "perhaps" || tie !== undefined || rules.some(({ partly }) => partly !== undefined);
    });
  });
