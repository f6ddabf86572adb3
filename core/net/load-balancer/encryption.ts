/** Whether what a client sends to a listener is encrypted on its way there. */
import type { Listener, ListenerAction, LoadBalancer } from "../../model/aws.ts";
import type { Fact, Reason } from "../../model/fact.ts";
import { type DestinationIndex, destinationsOf, frontedListeners, type Transport } from "./destinations.ts";
import { encryptionAt } from "./port-encryption.ts";
import { portsOf } from "./sources.ts";
import type { Subject } from "./subjects.ts";
import { groupsBehind } from "./targets.ts";

export type Encryption =
  | { readonly state: "encrypted"; readonly why: string }
  | { readonly state: "plain"; readonly why: string }
  | { readonly state: "unknown"; readonly why: string; readonly reason: Reason };

/** Listeners that end TLS or QUIC themselves, or speak nothing else. Source: Elastic Load Balancing API, ProtocolEnum. */
const encrypting: ReadonlySet<string> = new Set(["HTTPS", "TLS", "SSL", "QUIC"]);

export function encryptionOf(loadBalancer: LoadBalancer, listener: Listener, subject: Subject, index: DestinationIndex): Encryption {
  const protocol = listener.protocol.toUpperCase();
  if (encrypting.has(protocol)) return { state: "encrypted", why: `${protocol} itself` };
  if (protocol === "HTTP") return ofHttp(loadBalancer, listener);
  return frontedBy(loadBalancer, listener, subject, index) ?? ofPassedOn(loadBalancer, listener, subject, index);
}

function ofHttp({ type }: LoadBalancer, { actions, port }: Listener): Encryption {
  if (type === "classic") return { state: "plain", why: "HTTP, which a classic load balancer can't redirect" };
  const read: Fact<readonly ListenerAction[]> = actions ?? {
    state: "unknown",
    reason: { code: "not-supported", message: `What the listener on port ${port} does was not read.` },
  };
  if (read.state === "unknown") return unsure(read.reason);
  // "#{protocol}" keeps the protocol of the request, which here is HTTP.
  const other = read.value.find(({ type: kind, redirectProtocol }) => kind !== "redirect" || redirectProtocol?.toUpperCase() !== "HTTPS");
  if (other !== undefined) {
    return { state: "plain", why: other.type === "redirect" ? "HTTP, which is redirected to HTTP" : `HTTP, with action ${other.type}` };
  }
  if (read.value.length > 0) return { state: "encrypted", why: "HTTP that only redirects to HTTPS" };
  return unsure({ code: "malformed", message: `The listener on port ${port} was told without any action.` });
}

const unsure = (reason: Reason): Encryption => ({ state: "unknown", why: reason.message, reason });

/** A network load balancer before an application load balancer: that one's listener speaks to the client. */
function frontedBy(loadBalancer: LoadBalancer, listener: Listener, subject: Subject, index: DestinationIndex): Encryption | undefined {
  const groups = groupsBehind(loadBalancer, listener, index.targets);
  const ports = groups.state === "known" ? groups.value.flatMap(({ targetType, port }) => (targetType === "alb" ? [port] : [])) : [];
  if (ports.length === 0) return undefined;
  const all = ports.flatMap((port): readonly Encryption[] => {
    const behind = frontedListeners(port, subject);
    if (behind.state === "unknown") return [unsure(behind.reason)];
    // An application load balancer forwards to no other one.
    return behind.value.map((one) => encryptionOf(one.loadBalancer, one.listener, { ...subject, loadBalancers: [] }, index));
  });
  return worst(all);
}

/**
 * What is passed on as it is: the protocol of the port that answers, where that is known. Where nobody says it, the port
 * that the client opens; where it was not read, nothing is known.
 */
function ofPassedOn(loadBalancer: LoadBalancer, listener: Listener, subject: Subject, index: DestinationIndex): Encryption {
  const { known: destinations, doubt, isUnread } = destinationsOf(loadBalancer, listener, subject, index);
  // Of TCP_QUIC the half that is UDP is QUIC, which encrypts.
  const isQuic = listener.protocol.toUpperCase() === "TCP_QUIC";
  const transports: readonly Transport[] = isQuic ? ["tcp"] : portsOf(listener).map(({ protocol }) => protocol);
  const at = (port: number): readonly Encryption[] => transports.map((transport) => ofPort(port, transport));
  const answering = destinations.flatMap(({ port }) => at(port));
  const isTold = destinations.length > 0 && doubt === undefined;
  if (isTold) return worst(answering) ?? unsure(nothingTold);
  if (answering.some(({ state }) => state === "plain")) return worst(answering) ?? unsure(nothingTold);
  if (doubt !== undefined && isUnread === true) return unsure(doubt);
  return worst([...answering, ...at(listener.port)]) ?? unsure(nothingTold);
}

const nothingTold: Reason = { code: "malformed", message: "The listener was told without a port." };

function ofPort(port: number, transport: Transport): Encryption {
  const told = encryptionAt(port, transport);
  if (told === undefined) {
    const message = `Port ${port} (${transport}) tells no protocol whose encryption is known.`;
    return unsure({ code: "not-supported", message });
  }
  return { state: told.isEncrypted ? "encrypted" : "plain", why: `${told.what} (port ${port})` };
}

/** One plain way is plain, and one that is not known leaves the rest unknown. */
const worst = (all: readonly Encryption[]): Encryption | undefined =>
  all.find(({ state }) => state === "plain") ?? all.find(({ state }) => state === "unknown") ?? all[0];
