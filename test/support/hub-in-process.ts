/** The sandbox's Security Hub without a socket between: thousands of calls in a second. */
import { Readable } from "node:stream";
import { SecurityHubClient } from "@aws-sdk/client-securityhub";
import { createCredentialStore, userOf } from "../../sandbox/aws/credentials.ts";
import { createFaults } from "../../sandbox/aws/faults.ts";
import { type Gateway, handle } from "../../sandbox/aws/gateway.ts";
import { createRequestLog } from "../../sandbox/aws/request-log.ts";
import type { Finding } from "../../sandbox/aws/securityhub/asff.ts";
import { createSecurityHubs } from "../../sandbox/aws/securityhub/hub.ts";
import type { State } from "../../sandbox/aws/service.ts";
import { accountUser } from "../../sandbox/estate/access-entries.ts";
import { type EstateInput, parseEstate } from "../../sandbox/estate.ts";
import { buildWorld } from "../../sandbox/world/world.ts";

/** Stands between a client and the answer: may wait before, and may throw before or after. */
export type Around = <T>(call: () => Promise<T>) => Promise<T>;

export function hubInProcess(estate: EstateInput, { account, region, now }: { account: string; region: string; now: () => Date }) {
  const parsed = parseEstate(estate);
  const credentials = createCredentialStore();
  const state: State = { world: buildWorld(parsed, now()), credentials, hubs: createSecurityHubs(), createdEntries: new Map(), now };
  const gateway: Gateway = { state, faults: createFaults([]), log: createRequestLog() };
  const { accessKeyId, secretAccessKey } = credentials.issueToUser(userOf(parsed.partition, account, accountUser));
  return {
    faults: gateway.faults,
    findings: (): readonly Finding[] => state.hubs.all().map(({ finding }) => finding),
    client: (around: Around): SecurityHubClient =>
      new SecurityHubClient({
        endpoint: "http://127.0.0.1",
        region,
        credentials: { accessKeyId, secretAccessKey },
        maxAttempts: 1,
        requestHandler: {
          handle: (request: { method: string; path: string; headers: Record<string, string>; body?: string | Uint8Array }) =>
            around(async () => {
              const delivery = await handle(gateway, {
                method: request.method,
                path: request.path,
                query: new URLSearchParams(),
                headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value])),
                body: typeof request.body === "string" ? Buffer.from(request.body) : Buffer.concat([request.body ?? Buffer.alloc(0)]),
              });
              if (!("answer" in delivery)) throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
              const { status: statusCode, headers, body } = delivery.answer;
              return { response: { statusCode, headers, body: Readable.from([Buffer.from(body)]) } };
            }),
        } as never, // the part of a request handler that the client calls
      }),
  };
}
