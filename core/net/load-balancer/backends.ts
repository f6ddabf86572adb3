/**
 * The Services behind a load balancer and the port that their pods answer on. A node port says nothing of the protocol
 * behind it, so it is followed to the Service that owns it.
 */
import type { ClusterNetwork } from "../../model/aws.ts";
import { type Fact, known, type Reason, unknown } from "../../model/fact.ts";
import type { Service, ServicePort } from "../../model/kubernetes.ts";
import type { Pod } from "../../model/workloads.ts";
import { nodePortRanges } from "../nodes/node-ports.ts";
import type { Transport } from "./destinations.ts";
import type { Manifest } from "./subjects.ts";

export interface BackendFacts {
  readonly network: Fact<ClusterNetwork>;
  readonly services: Fact<readonly Service[]>;
  readonly pods: Fact<readonly Pod[]>;
}

export interface ServicePortOf {
  readonly service: Service;
  readonly port: ServicePort;
}

export interface BackendIndex {
  /** Whether Kubernetes may have given the port to a Service on every node. */
  readonly isNodePort: (port: number) => boolean;
  /** The Service that owns the node port; undefined where none does. */
  readonly byNodePort: (transport: Transport, nodePort: number) => Fact<ServicePortOf | undefined>;
  readonly named: (namespace: string, name: string) => Fact<Service | undefined>;
  /** The Services that the owner leads to. */
  readonly of: (manifest: Manifest) => Fact<readonly Service[]>;
  /** The ports on which its pods answer; unknown where they are named and no pod was read that tells them. */
  readonly answeredOn: (one: ServicePortOf) => Fact<readonly number[]>;
  /** The images of the pods that it selects. */
  readonly imagesOf: (service: Service) => Fact<readonly string[]>;
}

export function indexBackends({ network, services, pods }: BackendFacts): BackendIndex {
  const list = services.state === "known" ? services.value : [];
  const byName = new Map(list.map((service) => [`${service.namespace}/${service.name}`, service]));
  const nodePorts = new Map<string, ServicePortOf>();
  for (const service of list) {
    for (const port of service.ports) {
      if ((port.nodePort ?? 0) !== 0) nodePorts.set(`${port.protocol.toLowerCase()}/${port.nodePort}`, { service, port });
    }
  }
  const podsOf = podLookup(pods);
  const { ranges, doubt } = nodePortRanges(network);
  // Of a network that was not read no load balancer is known either.
  const mayBeAny = network.state === "known" && doubt !== undefined;
  return {
    isNodePort: (port) => mayBeAny || ranges.some(({ from, to }) => from <= port && port <= to),
    byNodePort: (transport, nodePort) => (services.state === "unknown" ? services : known(nodePorts.get(`${transport}/${nodePort}`))),
    named: (namespace, name) => (services.state === "unknown" ? services : known(byName.get(`${namespace}/${name}`))),
    of: (manifest) => servicesOf(manifest, services, byName),
    answeredOn: ({ service, port }) => {
      const { targetPort } = port;
      if (typeof targetPort !== "string") return known([targetPort ?? port.port]);
      const selected = podsOf(service);
      if (selected.state === "unknown") return selected;
      const ports = selected.value.flatMap(({ spec }) =>
        spec.containers.flatMap((container) =>
          container.isInit ? [] : container.ports.filter(({ name }) => name === targetPort).map(({ containerPort }) => containerPort),
        ),
      );
      if (ports.length > 0) return known([...new Set(ports)].sort((a, b) => a - b));
      return unknown("not-found", `No pod of Service ${service.namespace}/${service.name} tells the number of its port.`);
    },
    imagesOf: (service) => {
      const selected = podsOf(service);
      if (selected.state === "unknown") return selected;
      return known([...new Set(selected.value.flatMap(({ spec }) => spec.containers.map(({ image }) => image)))]);
    },
  };
}

function servicesOf(
  manifest: Manifest,
  services: Fact<readonly Service[]>,
  byName: ReadonlyMap<string, Service>,
): Fact<readonly Service[]> {
  if (manifest.kind === "Service") return known([manifest.service]);
  if (manifest.kind === "unread") return { state: "unknown", reason: manifest.reason };
  if (manifest.kind === "Gateway") {
    return unknown("not-supported", "Routes, which lead from a Gateway to Services, are not read.");
  }
  if (manifest.kind !== "Ingress") return known([]);
  if (services.state === "unknown") return services;
  const named = manifest.members.flatMap(({ ingress }) =>
    ingress.backends.flatMap(({ service }) => byName.get(`${ingress.namespace}/${service}`) ?? []),
  );
  return known([...new Set(named)]);
}

/** Pods by namespace and one label, so that a Service looks at few. */
function podLookup(pods: Fact<readonly Pod[]>): (service: Service) => Fact<readonly Pod[]> {
  let index: Map<string, Pod[]> | undefined;
  const build = (list: readonly Pod[]): Map<string, Pod[]> => {
    const byLabel = new Map<string, Pod[]>();
    for (const pod of list) {
      for (const [key, value] of Object.entries(pod.labels)) {
        const at = `${pod.namespace} ${key}=${value}`;
        const there = byLabel.get(at);
        if (there === undefined) byLabel.set(at, [pod]);
        else there.push(pod);
      }
    }
    return byLabel;
  };
  return ({ namespace, selector }) => {
    if (pods.state === "unknown") return pods;
    const labels = Object.entries(selector);
    const [first] = labels;
    if (first === undefined) return known([]);
    index ??= build(pods.value);
    const candidates = index.get(`${namespace} ${first[0]}=${first[1]}`) ?? [];
    return known(candidates.filter((pod) => labels.every(([key, value]) => Object.hasOwn(pod.labels, key) && pod.labels[key] === value)));
  };
}

export const whyUntold = (port: number): Reason => ({
  code: "depends-on-unknown",
  message: `Its targets are spoken to on port ${port}, and what answers behind it could not be told.`,
});
