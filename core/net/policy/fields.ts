/**
 * Fields that policies of several kinds share, read and judged as the API server does.
 * Source: kubernetes/kubernetes pkg/apis/networking/validation/validation.go, apimachinery pkg/util/validation.
 */
import type { LabelSelector } from "../../model/network-policy.ts";
import { type AddressSet, difference, isCidr, isWithin, parseFilterCidrs, toCidrs, unionOf } from "../addresses.ts";
import { PolicyFieldError } from "./errors.ts";
import { type Protocol, protocols } from "./port-set.ts";
import { type Requirement, type Selector, selectorOf } from "./selector.ts";

/** Text of a policy as it may stand in a message: hostile text is quoted and cut. */
export const quoted = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);

/** @throws {PolicyFieldError} for what the API server refuses */
export function readSelector(selector: LabelSelector | null | undefined, field: string): Selector {
  const { matchLabels, matchExpressions } = selector ?? {};
  for (const [key, value] of Object.entries(matchLabels ?? {})) {
    checkLabelKey(key, `${field}.matchLabels`);
    checkLabelValue(value, `${field}.matchLabels`);
  }
  const requirements = (matchExpressions ?? []).map(({ key, operator, values }, i): Requirement => {
    const at = `${field}.matchExpressions[${i}]`;
    if (!isOperator(operator)) throw new PolicyFieldError(`${at}.operator`, `is ${quoted(operator)}, not ${operators.join(", ")}`);
    const isList = operator === "In" || operator === "NotIn";
    const listed = values ?? [];
    if (isList && listed.length === 0) throw new PolicyFieldError(`${at}.values`, `is empty, which ${operator} does not admit`);
    if (!isList && listed.length > 0) throw new PolicyFieldError(`${at}.values`, `is given, which ${operator} does not admit`);
    checkLabelKey(key, `${at}.key`);
    for (const value of listed) checkLabelValue(value, `${at}.values`);
    return { key, operator, values: listed };
  });
  return selectorOf(matchLabels ?? {}, requirements);
}

const operators = ["In", "NotIn", "Exists", "DoesNotExist"] as const;
const isOperator = (text: string): text is (typeof operators)[number] => operators.some((operator) => operator === text);

const namePattern = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$/;
const prefixPattern = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

function checkLabelKey(key: string, field: string): void {
  const slash = key.indexOf("/");
  const [prefix, name] = slash < 0 ? [undefined, key] : [key.slice(0, slash), key.slice(slash + 1)];
  const isFine = namePattern.test(name) && (prefix === undefined || (prefix.length <= 253 && prefixPattern.test(prefix)));
  if (!isFine) throw new PolicyFieldError(field, `names ${quoted(key)}, which is no label key`);
}

function checkLabelValue(value: string, field: string): void {
  if (value !== "" && !namePattern.test(value)) throw new PolicyFieldError(field, `holds ${quoted(value)}, which is no label value`);
}

/**
 * The addresses of a block. Bits beyond the prefix count for nothing: the API server took such blocks until 1.36, and engines mask
 * them.
 *
 * @throws {PolicyFieldError} for what is no block
 */
export function readCidr(cidr: string, field: string, onNote: OnNote): AddressSet {
  if (!cidr.includes("/") || !isCidr(cidr)) throw new PolicyFieldError(field, `is ${quoted(cidr)}, which is no CIDR block`);
  const addresses = parseFilterCidrs([cidr]);
  const start = cidr.slice(0, cidr.indexOf("/"));
  const isMasked = addresses.ipv4.concat(addresses.ipv6)[0]?.first !== firstOf(start);
  if (isMasked) onNote(field, `is ${quoted(cidr)}, with bits beyond its prefix: it counts as ${toCidrs(addresses).join(", ")}`);
  return addresses;
}

const firstOf = (address: string): bigint | undefined => {
  const { ipv4, ipv6 } = parseFilterCidrs([address]);
  return [...ipv4, ...ipv6][0]?.first;
};

/** Told of a field that is odd, and how it was read. */
export type OnNote = (field: string, problem: string) => void;

/**
 * A block less its exceptions.
 *
 * @throws {PolicyFieldError} for an exception that does not lie in the block, or is all of it
 */
export function readIpBlock(cidr: string, except: readonly string[], field: string, onNote: OnNote): AddressSet {
  const block = readCidr(cidr, `${field}.cidr`, onNote);
  const exceptions = except.map((one, i) => {
    const at = `${field}.except[${i}]`;
    const addresses = readCidr(one, at, onNote);
    if (!isWithin(addresses, block) || isWithin(block, addresses)) {
      throw new PolicyFieldError(at, `is ${quoted(one)}, which is no smaller part of ${quoted(cidr)}`);
    }
    return addresses;
  });
  return exceptions.length === 0 ? block : difference(block, unionOf(exceptions));
}

/** @throws {PolicyFieldError} for another protocol than TCP, UDP and SCTP; none is TCP */
export function readProtocol(protocol: string | null | undefined, field: string): Protocol {
  if (protocol === null || protocol === undefined) return "TCP";
  const found = protocols.find((one) => one === protocol);
  if (found === undefined) throw new PolicyFieldError(field, `is ${quoted(protocol)}, not TCP, UDP or SCTP`);
  return found;
}

/** @throws {PolicyFieldError} for a number outside 1 to 65535 */
export function readPortNumber(port: number, field: string): number {
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new PolicyFieldError(field, `is ${port}, not a port from 1 to 65535`);
  return port;
}

/** @throws {PolicyFieldError} for text that no container port can have as its name */
export function readPortName(name: string, field: string): string {
  const isFine = /^[a-z0-9](?:-?[a-z0-9])*$/.test(name) && /[a-z]/.test(name) && name.length <= 15;
  if (!isFine) throw new PolicyFieldError(field, `is ${quoted(name)}, which is no name of a port`);
  return name;
}
