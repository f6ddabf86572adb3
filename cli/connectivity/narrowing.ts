import { InvalidArgumentError } from "commander";
import { isCidr } from "../../core/net/addresses.ts";
import { type Place, placeAt } from "../../core/net/connectivity/narrow.ts";
import { eitherPorts, noPorts, type PortSet, portsOf, protocols } from "../../core/net/policy/port-set.ts";

/** "NS", "NS/NAME", an address or a CIDR block. */
export function parsePlace(text: string): Place {
  if (isCidr(text)) return placeAt(text);
  const [, namespace, name] = /^([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)(?:\/([a-z0-9](?:[-.a-z0-9]*[a-z0-9])?))?$/.exec(text) ?? [];
  if (namespace === undefined) throw new InvalidArgumentError("It must be a namespace, NAMESPACE/NAME, or a CIDR block.");
  return name === undefined ? { namespace } : { namespace, name };
}

/** "443", "tcp/443", "UDP/8000-9000"; without a protocol all of them. */
export function parsePorts(text: string): PortSet {
  const [, protocol, first, last = first] = /^(?:([a-z]+)\/)?(\d{1,5})(?:-(\d{1,5}))?$/i.exec(text) ?? [];
  const [from, to] = [Number(first), Number(last)];
  const wanted = protocols.filter((one) => protocol === undefined || one === protocol.toUpperCase());
  if (first === undefined || wanted.length === 0 || from < 1 || to > 65535 || from > to) {
    throw new InvalidArgumentError("It must be [PROTOCOL/]PORT[-PORT], such as tcp/443 or 8000-9000.");
  }
  return wanted.map((one) => portsOf(one, from, to)).reduce(eitherPorts, noPorts);
}
