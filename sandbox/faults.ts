/** Faults as data: what the sandbox is to do wrong, and when. */
import * as z from "zod";

/** Which requests a fault is about. `*` matches any characters; what is absent matches all. */
const When = {
  /** sts, organizations, account, eks, ec2, elasticloadbalancing, elasticloadbalancingv2, securityhub */
  service: z.string().default("*"),
  operation: z.string().default("*"),
  account: z.string().default("*"),
  region: z.string().default("*"),
  /** The ARN that the request is about, where it names one. */
  resource: z.string().default("*"),
  /** `next`: only requests for a further page. */
  page: z.enum(["any", "next"]).default("any"),
  /** Let so many matching requests through first. */
  after: z.int().min(0).default(0),
  /** Then hit so many; absent: all of them. */
  times: z.int().min(1).optional(),
};

export const Fault = z.discriminatedUnion("kind", [
  /** An error of the service, in its own shape on the wire. */
  z.strictObject({
    kind: z.literal("error"),
    code: z.string(),
    message: z.string().default("Injected by a test."),
    status: z.int().default(400),
    ...When,
  }),
  /** The service's own way to say "too many requests". */
  z.strictObject({ kind: z.literal("throttle"), ...When }),
  /** Wait, then go on. */
  z.strictObject({ kind: z.literal("latency"), ms: z.int().min(0), ...When }),
  /** Close the connection without an answer. */
  z.strictObject({ kind: z.literal("reset"), ...When }),
  /** Never answer, and keep the connection. */
  z.strictObject({ kind: z.literal("hang"), ...When }),
  /** Send half of the real answer, then close. */
  z.strictObject({ kind: z.literal("cut"), ...When }),
  /** Something that is no answer of the service, such as a proxy's page. */
  z.strictObject({
    kind: z.literal("nonsense"),
    status: z.int().default(200),
    contentType: z.string().default("text/html"),
    body: z.string().default("<html><body><h1>It works!</h1>"),
    ...When,
  }),
]);
export type Fault = z.infer<typeof Fault>;
/** As it stands in a file or a request, defaults left out. */
export type FaultInput = z.input<typeof Fault>;
