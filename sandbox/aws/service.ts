/** What a service is made of: a protocol, the words of its refusals, and its operations as data. */
import type * as z from "zod";
import type { AccessEntry } from "../kubernetes/access.ts";
import type { AccountState, RegionState, World } from "../world/world.ts";
import type { CredentialStore, Principal } from "./credentials.ts";
import type { WireRequest } from "./http.ts";
import type { Protocol } from "./protocol/protocol.ts";
import type { Refusals } from "./refusals.ts";
import type { SecurityHubs } from "./securityhub/hub.ts";

/** Everything that lives as long as the sandbox; the world is exchanged when the estate changes. */
export interface State {
  world: World;
  readonly credentials: CredentialStore;
  readonly hubs: SecurityHubs;
  /** Access entries beside those of the estate, by the ARNs of their clusters. */
  readonly createdEntries: Map<string, readonly AccessEntry[]>;
  readonly now: () => Date;
}

/** One request that was let in: who asks, and where. */
export interface Call {
  readonly state: State;
  readonly operation: string;
  readonly principal: Principal;
  readonly account: AccountState;
  readonly region: string;
  /** What the account has in the Region. */
  readonly here: RegionState;
  readonly now: Date;
}

export interface Operation<Input> {
  readonly input: z.ZodType<Input>;
  /** The ARN that the request is about. */
  resource?(call: Call, input: Input): string | undefined;
  /** Whether the action can be narrowed to that resource; if not, a denial does not name it. Default true. */
  readonly narrowable?: boolean;
  answer(call: Call, input: Input): object;
}

/** An operation whose input type has been forgotten, so that all fit one table: it is only ever called with what its own schema let through. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type AnyOperation = Operation<any>;

export const operation = <Input>(definition: Operation<Input>): AnyOperation => definition;

export interface Service {
  /** As faults and the request log name it. */
  readonly name: string;
  /** As signatures name it. */
  readonly signingName: string;
  /** Tells services apart that share a signing name. */
  serves?(request: WireRequest): boolean;
  /** Before the colon of its IAM actions. */
  readonly actionPrefix: string;
  /** Whether it stands outside Regions. */
  readonly global: boolean;
  readonly protocol: Protocol;
  readonly refusals: Refusals;
  readonly operations: Readonly<Record<string, AnyOperation>>;
}
