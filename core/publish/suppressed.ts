import { GetFindingsCommand, type SecurityHubClient } from "@aws-sdk/client-securityhub";
import pRetry from "p-retry";
import { productField, productName } from "../report/asff.ts";
import { isPassing, type Problem, problemOf } from "./answers.ts";
import type { Backoff } from "./security-hub.ts";

/** Nobody suppresses more by hand in one cluster; what comes after is told. */
const mostPages = 5;

/**
 * The ids, as Security Hub knows them, of this cluster's or account's findings that somebody suppressed there: nobody wants to be
 * alerted of them. It is asked for what was suppressed, and not finding by finding, since it answers three calls a second.
 */
export async function suppressedFindings(
  client: SecurityHubClient,
  subject: string,
  signal: AbortSignal,
  { retries, firstMs, mostMs }: Backoff = { retries: 4, firstMs: 400, mostMs: 4_000 },
): Promise<{ readonly ids: ReadonlySet<string>; readonly problem?: Problem }> {
  const equal = (Value: string) => [{ Value, Comparison: "EQUALS" as const }];
  const Filters = {
    ProductName: equal(productName),
    WorkflowStatus: equal("SUPPRESSED"),
    ProductFields: [{ Key: productField.subject, Value: subject, Comparison: "EQUALS" as const }],
  };
  const ids = new Set<string>();
  try {
    let NextToken: string | undefined;
    for (let page = 0; page < mostPages; page++) {
      const call = new GetFindingsCommand({ Filters, MaxResults: 100, ...(NextToken === undefined ? {} : { NextToken }) });
      const answer = await pRetry(() => client.send(call, { abortSignal: signal }), {
        retries,
        minTimeout: firstMs,
        maxTimeout: mostMs,
        randomize: true,
        signal,
        shouldRetry: ({ error }) => isPassing(error),
      });
      for (const { Id } of answer.Findings ?? []) if (Id !== undefined) ids.add(Id);
      NextToken = answer.NextToken;
      if (NextToken === undefined || NextToken === "") break;
    }
    return { ids };
  } catch (error) {
    if (signal.aborted) return { ids, problem: { code: "Aborted", message: "The run ended before Security Hub was asked." } };
    return { ids, problem: problemOf(error) };
  }
}
