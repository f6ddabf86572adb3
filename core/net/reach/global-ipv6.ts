import { intersection, isEmpty, parseCidrs } from "../addresses.ts";

/** Source: IANA IPv6 address space; what lies outside is local, private or not assigned. */
const globalUnicast = parseCidrs(["2000::/3"]);

/**
 * Whether an interface's IPv6 address may be on the internet. What the internet never uses of it, such as documentation, AWS
 * assigns to nobody, so that this leaves nothing out.
 */
export const isGlobalIpv6 = (address: string): boolean => !isEmpty(intersection({ ...parseCidrs([address]), ipv4: [] }, globalUnicast));
