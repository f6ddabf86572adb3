/** Layers between a source and a network interface. Each lets some sources through; a connection needs all of them. */
import type { Reason } from "../../model/fact.ts";
import { type AddressSet, allAddresses, intersection, isEmpty } from "../addresses.ts";

/** What one layer does. Where it could not be read, `unread` says why. */
export interface Layer {
  readonly name: "public address" | "route" | "Block Public Access" | "network ACL" | "security group";
  /** Sources that it certainly lets through. */
  readonly atLeast: AddressSet;
  /** Sources that it may let through; nobody else passes. */
  readonly atMost: AddressSet;
  /** What stands behind it: ids of route tables, ACLs, groups. */
  readonly ids: readonly string[];
  readonly unread?: Reason;
}

/** A layer that was read: what it lets through is certain. */
export const layer = (name: Layer["name"], sources: AddressSet, ids: readonly string[]): Layer => ({
  name,
  atLeast: sources,
  atMost: sources,
  ids,
});

/** A layer that could only narrow the reach and was not read: it withholds no proof of reach, and gives none against it. */
export const unreadProtection = (name: Layer["name"], unread: Reason): Layer => ({
  name,
  atLeast: allAddresses,
  atMost: allAddresses,
  ids: [],
  unread,
});

/** Who reaches an interface, and which layer decides. */
export interface Reach {
  /** Sources that certainly reach it, unread protections aside. */
  readonly atLeast: AddressSet;
  /** Sources that may reach it; nobody else does. */
  readonly atMost: AddressSet;
  /** The first layer after which nobody is left. */
  readonly stoppedBy?: Layer;
  /** Why `atLeast` and `atMost` differ, where they do. */
  readonly doubt?: Reason;
  /** Protections that were not read; the reach may be narrower for them. */
  readonly unread: readonly Layer[];
}

/** What passes all of the layers, in their order. */
export function through(layers: readonly Layer[]): Reach {
  let atLeast = allAddresses;
  let atMost = allAddresses;
  let stoppedBy: Layer | undefined;
  for (const one of layers) {
    atLeast = intersection(atLeast, one.atLeast);
    atMost = intersection(atMost, one.atMost);
    if (stoppedBy === undefined && isEmpty(atMost)) stoppedBy = one;
  }
  const unread = layers.filter((one) => one.unread !== undefined);
  const doubt = unread.find((one) => one.atLeast !== one.atMost)?.unread;
  return {
    atLeast,
    atMost,
    unread: unread.filter((one) => one.unread !== doubt),
    ...(stoppedBy === undefined ? {} : { stoppedBy }),
    ...(doubt === undefined || isEmpty(atMost) ? {} : { doubt }),
  };
}
