/** Security Hub CSPM: takes findings, changes and returns them, by its own rules. */
import * as z from "zod";
import { arn } from "../../world/place.ts";
import { AwsError } from "../errors.ts";
import { pageOf } from "../pages.ts";
import { restProtocol } from "../protocol/json.ts";
import { jsonRefusals, type Refusals, refuse } from "../refusals.ts";
import { type Call, operation, type Service } from "../service.ts";
import { type Finding, whyInvalid } from "./asff.ts";
import { filterOf, sortBy } from "./filters.ts";
import { type Hub, keyOf, takeToken } from "./hub.ts";
import { importFinding } from "./import.ts";
import { updateFinding } from "./update.ts";

const refusals: Refusals = {
  ...jsonRefusals,
  throttled: ["TooManyRequestsException", "Too Many Requests", 429],
  invalid: ["InvalidInputException", "", 400],
  broken: ["InternalException", "An internal error occurred in the sandbox.", 500],
};

const hubArn = ({ here }: Call): string => arn(here.place, "securityhub", "hub/default");
const productArn = ({ here, account }: Call): string => arn(here.place, "securityhub", `product/${account.id}/default`);
const notSubscribed = (account: string) => `Account ${account} is not subscribed to AWS Security Hub`;

/** The caller's hub, if it is switched on and not asked too often. */
function demandHub(call: Call): Hub {
  const { state, account, region, here, now } = call;
  const hub = state.hubs.of(account.id, region);
  if (state.world.estate.securityHubRateLimits && !takeToken(hub, call.operation, now)) throw refuse(refusals, "throttled");
  if (here.securityHub === "disabled" && hub.enabledAt === undefined)
    throw new AwsError("InvalidAccessException", notSubscribed(account.id), 401);
  return hub;
}

const maxCallBytes = 6 * 1024 * 1024;
const BatchImportFindings = z.object({ Findings: z.array(z.record(z.string(), z.unknown())).min(1).max(100) });

function batchImportFindings(call: Call, { Findings }: z.infer<typeof BatchImportFindings>): object {
  const hub = demandHub(call);
  const { account, region, principal, now } = call;
  if (Buffer.byteLength(JSON.stringify(Findings)) > maxCallBytes)
    throw refuse(refusals, "invalid", "The size of the request exceeds the maximum of 6 MB.");
  const own = productArn(call);
  for (const { ProductArn, AwsAccountId } of Findings) {
    // A finding of another account or Region is answered as a lack of permission on that product, for the whole call.
    if (typeof ProductArn === "string" && typeof AwsAccountId === "string" && (ProductArn !== own || AwsAccountId !== account.id)) {
      const foreign = ProductArn === own ? ProductArn.replaceAll(account.id, AwsAccountId) : ProductArn;
      throw refuse(
        refusals,
        "denied",
        `User: ${principal.arn} is not authorized to perform: securityhub:BatchImportFindings on resource: ${foreign}`,
      );
    }
  }
  const takes = call.here.securityHub !== "provider-disabled";
  const FailedFindings: object[] = [];
  for (const finding of Findings) {
    const reason = takes ? whyInvalid(finding) : notSubscribed(account.id);
    if (reason !== undefined) {
      FailedFindings.push({ Id: finding.Id ?? "", ErrorCode: takes ? "InvalidInput" : "InvalidAccess", ErrorMessage: reason });
      continue;
    }
    const key = keyOf(finding.ProductArn, finding.Id);
    hub.findings.set(key, importFinding(hub.findings.get(key), finding, { account: account.id, region, now }));
  }
  return { FailedCount: FailedFindings.length, SuccessCount: Findings.length - FailedFindings.length, FailedFindings };
}

const GetFindings = z.object({
  Filters: z.record(z.string(), z.unknown()).default({}),
  SortCriteria: z.array(z.object({ Field: z.string(), SortOrder: z.enum(["asc", "desc"]).default("asc") })).default([]),
  MaxResults: z.int().min(1).max(100).default(100),
  NextToken: z.string().optional(),
});

function getFindings(call: Call, { Filters, SortCriteria, MaxResults, NextToken }: z.infer<typeof GetFindings>): object {
  const hub = demandHub(call);
  const held = [...hub.findings.values()].map(({ finding }) => finding).filter(filterOf(Filters, call.now));
  const same = ["GetFindings", call.account.id, call.region, Filters, SortCriteria];
  const page = pageOf<Finding>(sortBy(held, SortCriteria), {
    call: same,
    size: MaxResults,
    longest: call.state.world.estate.longestPage,
    token: NextToken,
  });
  if (page === undefined) throw refuse(refusals, "invalid", "Invalid parameter 'NextToken'.");
  return { Findings: page.items, ...(page.next !== undefined && { NextToken: page.next }) };
}

const scale = z.int().min(0).max(100).optional();
const BatchUpdateFindings = z.object({
  FindingIdentifiers: z
    .array(z.object({ Id: z.string(), ProductArn: z.string() }))
    .min(1)
    .max(100),
  Note: z.object({ Text: z.string().min(1).max(512), UpdatedBy: z.string() }).optional(),
  Severity: z.record(z.string(), z.unknown()).optional(),
  Workflow: z.object({ Status: z.enum(["NEW", "NOTIFIED", "RESOLVED", "SUPPRESSED"]).optional() }).optional(),
  VerificationState: z.enum(["UNKNOWN", "TRUE_POSITIVE", "FALSE_POSITIVE", "BENIGN_POSITIVE"]).optional(),
  UserDefinedFields: z.record(z.string(), z.string()).optional(),
  Types: z.array(z.string()).max(50).optional(),
  RelatedFindings: z.array(z.object({ Id: z.string(), ProductArn: z.string() })).optional(),
  Confidence: scale,
  Criticality: scale,
});

function batchUpdateFindings(call: Call, { FindingIdentifiers, ...update }: z.infer<typeof BatchUpdateFindings>): object {
  const { findings } = demandHub(call);
  const isKnown = ({ ProductArn, Id }: { ProductArn: string; Id: string }) => findings.has(keyOf(ProductArn, Id));
  const ProcessedFindings = FindingIdentifiers.filter(isKnown);
  for (const { ProductArn, Id } of ProcessedFindings) {
    const stored = findings.get(keyOf(ProductArn, Id));
    if (stored !== undefined) findings.set(keyOf(ProductArn, Id), updateFinding(stored, update, call.now));
  }
  const UnprocessedFindings = FindingIdentifiers.filter((identifier) => !isKnown(identifier)).map((FindingIdentifier) => ({
    FindingIdentifier,
    ErrorCode: "FindingNotFound",
    ErrorMessage: "Finding Not Found",
  }));
  return { ProcessedFindings, UnprocessedFindings };
}

function describeHub(call: Call): object {
  const hub = demandHub(call);
  const SubscribedAt = (hub.enabledAt ?? new Date("2026-01-15T09:30:00.000Z")).toISOString();
  return { HubArn: hubArn(call), SubscribedAt, AutoEnableControls: true, ControlFindingGenerator: "SECURITY_CONTROL" };
}

function enableSecurityHub(call: Call): object {
  const hub = call.state.hubs.of(call.account.id, call.region);
  if (call.here.securityHub !== "disabled" || hub.enabledAt !== undefined) {
    throw new AwsError("ResourceConflictException", "Account is already subscribed to Security Hub", 409);
  }
  hub.enabledAt = call.now;
  return {};
}

export const securityHub: Service = {
  name: "securityhub",
  signingName: "securityhub",
  actionPrefix: "securityhub",
  global: false,
  protocol: restProtocol([
    ["POST", "/findings/import", "BatchImportFindings"],
    ["POST", "/findings", "GetFindings"],
    ["PATCH", "/findings/batchupdate", "BatchUpdateFindings"],
    ["GET", "/accounts", "DescribeHub"],
    ["POST", "/accounts", "EnableSecurityHub"],
  ]),
  refusals,
  operations: {
    BatchImportFindings: operation({ input: BatchImportFindings, resource: productArn, answer: batchImportFindings }),
    GetFindings: operation({ input: GetFindings, resource: hubArn, answer: getFindings }),
    BatchUpdateFindings: operation({ input: BatchUpdateFindings, resource: hubArn, answer: batchUpdateFindings }),
    DescribeHub: operation({ input: z.object({}), resource: hubArn, answer: describeHub }),
    EnableSecurityHub: operation({ input: z.object({}), resource: hubArn, answer: enableSecurityHub }),
  },
};
