/** Where a listener leads: the ports that answer behind it, as far as target groups, Services and pods tell. */
import type { Listener, LoadBalancer } from "../../model/aws.ts";
import { type Fact, known, type Reason, unknown } from "../../model/fact.ts";
import type { TargetGroupBinding } from "../../model/gateway.ts";
import type { Service } from "../../model/kubernetes.ts";
import { type BackendIndex, type ServicePortOf, whyUntold } from "./backends.ts";
import type { Subject } from "./subjects.ts";
import { type TargetIndex, transportsOf } from "./targets.ts";

export type Transport = "tcp" | "udp";

export interface Destination {
  readonly port: number;
  readonly transport: Transport;
  /** The Services that are known to answer on it. */
  readonly services: readonly ServicePortOf[];
  /** Why they are not known. */
  readonly servicesUnread?: Reason;
}

export interface Destinations {
  /** What it certainly leads to. */
  readonly known: readonly Destination[];
  /** Why it may lead elsewhere too. */
  readonly doubt?: Reason;
  /** Whether the doubt is for something that was not read, and not for something that nobody says. */
  readonly isUnread?: boolean;
}

export interface DestinationIndex {
  readonly targets: TargetIndex;
  readonly backends: BackendIndex;
}

interface Doubt {
  readonly reason: Reason;
  readonly isUnread: boolean;
}
type Step = { readonly found: readonly Destination[] } | Doubt;
const unread = (reason: Reason): Doubt => ({ reason, isUnread: true });
const untold = (reason: Reason): Doubt => ({ reason, isUnread: false });

/** What a redirect or a fixed response answers leads nowhere. */
export function destinationsOf(loadBalancer: LoadBalancer, listener: Listener, subject: Subject, index: DestinationIndex): Destinations {
  const steps = stepsOf(loadBalancer, listener, subject, index, 0);
  const doubts = steps.flatMap((step) => ("found" in step ? [] : [step]));
  // What was not read goes first: it could be read.
  const doubt = doubts.find(({ isUnread }) => isUnread) ?? doubts[0];
  return {
    known: steps.flatMap((step) => ("found" in step ? step.found : [])),
    ...(doubt === undefined ? {} : { doubt: doubt.reason, isUnread: doubt.isUnread }),
  };
}

function stepsOf(
  loadBalancer: LoadBalancer,
  listener: Listener,
  subject: Subject,
  index: DestinationIndex,
  depth: number,
): readonly Step[] {
  const { actions, port, protocol, targetPort } = listener;
  const follow = (raw: number, transports: readonly Transport[]): readonly Step[] =>
    answering(raw, transports, index.backends).map((transport) => followed({ raw, transport, listener, subject }, index.backends));
  if (targetPort !== undefined) return follow(targetPort, transportsOf({ protocol }));
  if (actions === undefined) {
    const message = `Where the listener on port ${port} of load balancer ${loadBalancer.name} leads was not told.`;
    return [untold({ code: "not-supported", message })];
  }
  if (actions.state === "unknown") return [unread(actions.reason)];
  const ownership = subject.loadBalancers.find((one) => one.loadBalancer === loadBalancer);
  const bindings = ownership?.bindings ?? [];
  const all = new Set(actions.value.flatMap(({ targetGroupArns }) => targetGroupArns));
  // What else somebody else's load balancer leads to is somebody else's.
  const arns = ownership?.belongs === "bound" ? [...all].filter((arn) => bindings.some((one) => one.targetGroupArn === arn)) : all;
  return [...arns].flatMap((arn): readonly Step[] => {
    const group = index.targets.group(arn);
    if (group.state === "unknown") return [unread(group.reason)];
    const { targetType, port: groupPort } = group.value;
    if (targetType === "lambda") return [];
    if (targetType === "alb") return depth === 0 ? behindFrontend(groupPort, subject, index) : [untold(whyUntold(groupPort ?? 0))];
    const binding = bindings.find((one) => one.targetGroupArn === arn);
    if (binding !== undefined) return transportsOf(group.value).map((transport) => boundTo(binding, transport, index.backends));
    if (groupPort === undefined) return [untold(whyUntold(0))];
    return follow(groupPort, transportsOf(group.value));
  });
}

/** Where a node port is owned for one of the transports alone, nothing answers by the other. */
function answering(raw: number, transports: readonly Transport[], backends: BackendIndex): readonly Transport[] {
  const owned = transports.filter((transport) => {
    const owner = backends.byNodePort(transport, raw);
    return owner.state === "known" && owner.value !== undefined;
  });
  return owned.length > 0 ? owned : transports;
}

/** The controller registers pods by the port of their Service, whatever the group's. Source: aws-load-balancer-controller:docs/guide/targetgroupbinding. */
function boundTo({ namespace, service: name }: TargetGroupBinding, transport: Transport, backends: BackendIndex): Step {
  const service = backends.named(namespace, name);
  if (service.state === "unknown") return unread(service.reason);
  const ports = (service.value?.ports ?? []).filter(({ protocol }) => protocol.toLowerCase() === transport);
  const [port] = ports;
  if (service.value !== undefined && port !== undefined && ports.length === 1) {
    return answeredBy([{ service: service.value, port }], transport, backends);
  }
  const message = `Which port of Service ${namespace}/${name} a TargetGroupBinding leads to was not told.`;
  return untold({ code: "depends-on-unknown", message });
}

function behindFrontend(port: number | undefined, subject: Subject, index: DestinationIndex): readonly Step[] {
  const behind = frontedListeners(port, subject);
  if (behind.state === "unknown") return [behind.reason.code === "not-supported" ? untold(behind.reason) : unread(behind.reason)];
  return behind.value.flatMap(({ loadBalancer, listener }) => stepsOf(loadBalancer, listener, subject, index, 1));
}

export interface Fronted {
  readonly loadBalancer: LoadBalancer;
  readonly listener: Listener;
}

/** The listeners, on the port, of the owner's application load balancers, which a network load balancer of the same owner forwards to. */
export function frontedListeners(port: number | undefined, { loadBalancers }: Subject): Fact<readonly Fronted[]> {
  const behind = loadBalancers.map(({ loadBalancer }) => loadBalancer).filter(({ type }) => type === "application");
  const found: Fronted[] = [];
  for (const loadBalancer of behind) {
    if (loadBalancer.listeners.state === "unknown") return loadBalancer.listeners;
    found.push(
      ...loadBalancer.listeners.value.filter((listener) => listener.port === port).map((listener) => ({ loadBalancer, listener })),
    );
  }
  return found.length > 0
    ? known(found)
    : unknown("not-supported", "It leads to an application load balancer that is none of its owner's.");
}

interface Raw {
  readonly raw: number;
  readonly transport: Transport;
  readonly listener: Listener;
  readonly subject: Subject;
}

/**
 * What a named target port is written as: AWS Load Balancer Controller registers each target by a port of its own.
 * Source: aws-load-balancer-controller:pkg/service/model_build_target_group.go (buildTargetGroupPort).
 */
const namedPort = 1;

function followed({ raw, transport, listener, subject }: Raw, backends: BackendIndex): Step {
  const owner = backends.byNodePort(transport, raw);
  if (owner.state === "known" && owner.value !== undefined) return answeredBy([owner.value], transport, backends);
  if (backends.isNodePort(raw) && owner.state === "unknown") return unread(owner.reason);
  const services = backends.of(subject.manifest);
  if (raw === namedPort) {
    const named = portsOfServices(services, ({ targetPort }) => typeof targetPort === "string");
    const onListener = named.filter(({ port }) => port.port === listener.port);
    const meant = subject.manifest.kind === "Service" && onListener.length > 0 ? onListener : named;
    if (meant.length > 0) return answeredBy(meant, transport, backends);
    return services.state === "unknown" ? unread(services.reason) : untold(whyUntold(raw));
  }
  const serving = portsOfServices(services, ({ targetPort, port }) => (targetPort ?? port) === raw);
  return {
    found: [{ port: raw, transport, services: serving, ...(services.state === "unknown" ? { servicesUnread: services.reason } : {}) }],
  };
}

const portsOfServices = (services: Fact<readonly Service[]>, isMeant: (port: ServicePortOf["port"]) => boolean): readonly ServicePortOf[] =>
  (services.state === "known" ? services.value : []).flatMap((service) => service.ports.filter(isMeant).map((port) => ({ service, port })));

function answeredBy(all: readonly ServicePortOf[], transport: Transport, backends: BackendIndex): Step {
  const found: Destination[] = [];
  for (const one of all) {
    const ports = backends.answeredOn(one);
    if (ports.state === "unknown") return ports.reason.code === "not-found" ? untold(ports.reason) : unread(ports.reason);
    found.push(...ports.value.map((port) => ({ port, transport, services: [one] })));
  }
  return { found };
}
