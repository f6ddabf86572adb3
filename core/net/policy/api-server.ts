/** Where the Kubernetes API answers inside a cluster, and whether policies let pods get there. */
import { type Fact, known, type Reason, unknown } from "../../model/fact.ts";
import type { Service } from "../../model/kubernetes.ts";
import type { ApiServerAddresses } from "../../model/pod-network.ts";
import type { NetworkInterface } from "../../model/vpc.ts";
import { type AddressSet, isCidr, isEmpty, parseCidrs } from "../addresses.ts";
import { controlPlaneInterfaces } from "../control-plane.ts";
import type { Subject } from "./effective.ts";
import { addressText } from "./flows.ts";
import { type Family, families, inFamilies, unpolicedIn } from "./other-family.ts";
import { portsOf } from "./port-set.ts";

export interface Target {
  /** For a message: "the ClusterIP of Service kubernetes". */
  readonly what: string;
  readonly addresses: Fact<AddressSet>;
  /** Only an engine that sees addresses of Services is asked. */
  readonly isClusterIp: boolean;
}

export function controlPlaneAddresses(
  facts: {
    readonly services: Fact<readonly Service[]>;
    readonly apiServerAddresses: Fact<ApiServerAddresses>;
    readonly networkInterfaces: Fact<readonly NetworkInterface[]>;
  },
  cluster: string,
): readonly Target[] {
  const { services, apiServerAddresses, networkInterfaces } = facts;
  const clusterIps =
    services.state === "unknown"
      ? services
      : addressesOf(services.value.find(isKubernetes)?.clusterIPs ?? [], "No Service kubernetes was read.");
  const endpoints =
    apiServerAddresses.state === "unknown"
      ? apiServerAddresses
      : addressesOf(apiServerAddresses.value.addresses, "No endpoint of the Service kubernetes was read.");
  const interfaces =
    networkInterfaces.state === "unknown"
      ? networkInterfaces
      : addressesOf(
          controlPlaneInterfaces(networkInterfaces.value, cluster).flatMap(({ privateIpv4, ipv6 }) => [...privateIpv4, ...ipv6]),
          `No network interface of the VPC is described as "Amazon EKS ${cluster}".`,
        );
  return [
    { what: "an endpoint of Service kubernetes", addresses: endpoints, isClusterIp: false },
    { what: "an interface of the control plane", addresses: interfaces, isClusterIp: false },
    { what: "the ClusterIP of Service kubernetes", addresses: clusterIps, isClusterIp: true },
  ];
}

const isKubernetes = ({ namespace, name }: Service): boolean => namespace === "default" && name === "kubernetes";

function addressesOf(texts: readonly string[], otherwise: string): Fact<AddressSet> {
  const addresses = texts.filter(isCidr);
  return addresses.length === 0 ? unknown("not-found", otherwise) : known(parseCidrs(addresses));
}

export type Reached =
  | { readonly state: "yes"; readonly address: string; readonly what: string; readonly why: string }
  | { readonly state: "no" }
  | { readonly state: "unsure"; readonly reason: Reason };

const https = portsOf("TCP", 443, 443);

/**
 * One address that the pod certainly reaches, or that it certainly reaches none of them. A pod whose own addresses are not known
 * yet may send in either family.
 *
 * @param beside the families that it has no address of and may send in all the same, past every policy
 */
export function firstReached(subject: Subject, targets: readonly Target[], beside: readonly Family[]): Reached {
  const has = (family: Family): boolean => subject.classes.some(({ addresses }) => addresses[family].length > 0);
  const own = families.some(has) ? families.filter(has) : families;
  let doubt: Reason | undefined;
  for (const { what, addresses, isClusterIp } of targets) {
    if (isClusterIp && !subject.seesClusterIps) continue;
    if (addresses.state === "unknown") {
      doubt ??= addresses.reason;
      continue;
    }
    const { atLeast, atMost } = subject.reach("egress", inFamilies(addresses.value, own), https);
    if (!isEmpty(atLeast)) {
      const [one] = [
        ...atLeast.ipv4.map((range) => ({ ipv4: [range], ipv6: [] })),
        ...atLeast.ipv6.map((range) => ({ ipv4: [], ipv6: [range] })),
      ];
      const at = single(one ?? atLeast);
      return { state: "yes", what, address: addressText(at), why: subject.why("egress", { outside: at }, "TCP", 443) };
    }
    if (!isEmpty(atMost)) doubt ??= subject.doubt;
    const past = beside.find((family) => addresses.value[family].length > 0);
    if (past !== undefined) doubt ??= unpolicedIn(past);
  }
  if (doubt === undefined) return { state: "no" };
  return { state: "unsure", reason: doubt };
}

const single = ({ ipv4, ipv6 }: AddressSet): AddressSet => ({
  ipv4: ipv4.slice(0, 1).map(({ first }) => ({ first, last: first })),
  ipv6: ipv4.length > 0 ? [] : ipv6.slice(0, 1).map(({ first }) => ({ first, last: first })),
});
