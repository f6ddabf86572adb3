import type { Endpoint } from "../../model/aws.ts";
import type { Reason } from "../../model/fact.ts";
import { type AddressSet, isCidr, parseFilterCidrs } from "../../net/addresses.ts";

/** The ranges that a public endpoint admits. */
export interface PublicRanges {
  /** As AWS answered them, or what it means by none. */
  readonly cidrs: readonly string[];
  readonly addresses: AddressSet;
  /** Set where AWS's answer holds text that is no range: the addresses may then be more than these. */
  readonly malformed?: Reason;
}

/** Reads `publicAccessCidrs`; none means 0.0.0.0/0 (Amazon EKS API, VpcConfigRequest). Only for an endpoint with public access on. */
export function publicRanges({ publicCidrs }: Endpoint): PublicRanges {
  const cidrs = publicCidrs.length === 0 ? ["0.0.0.0/0"] : publicCidrs;
  const addresses = parseFilterCidrs(cidrs.filter(isCidr));
  const garbage = cidrs.filter((cidr) => !isCidr(cidr));
  if (garbage.length === 0) return { cidrs, addresses };
  const quoted = garbage.map((text) => JSON.stringify(text)).join(", ");
  return { cidrs, addresses, malformed: { code: "malformed", message: `AWS answered publicAccessCidrs that are no ranges: ${quoted}.` } };
}
