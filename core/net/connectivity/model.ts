import type { Route } from "../../model/gateway.ts";
import type { Ingress, Service } from "../../model/kubernetes.ts";
import type { Connection, End } from "../policy/connections.ts";
import type { PortSet } from "../policy/port-set.ts";
import type { EngineSettings, Policies } from "../policy/translation.ts";
import type { Inventory } from "../workloads/ends.ts";

/** What connections are told from. */
export interface Estate extends Inventory {
  readonly policies: Policies;
  /** Undefined: the defaults. */
  readonly settings?: EngineSettings;
  readonly services: readonly Service[];
  readonly ingresses: readonly Ingress[];
  readonly routes: readonly Route[];
}

/** Whatever serves Ingresses and Gateways: it may run in the cluster or be a load balancer outside. */
export interface IngressController {
  readonly ingressController: true;
}

/** What the policies let through from one end to another. */
export interface Allowed {
  readonly from: End | IngressController;
  readonly to: End;
  readonly ports: PortSet;
}

export const allowed = ({ from, to, ports }: Connection): Allowed => ({ from, to, ports });

/** How an end is written. */
export type TextOf = (end: End | IngressController) => string;

/** By the texts of the ends, code point by code point. */
export const sorted = (all: readonly Allowed[], textOf: TextOf): readonly Allowed[] =>
  all
    .map((one) => ({ one, from: textOf(one.from), to: textOf(one.to) }))
    .sort((a, b) => compared(a.from, b.from) || compared(a.to, b.to))
    .map(({ one }) => one);
const compared = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
