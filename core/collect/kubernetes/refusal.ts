import type { ReasonCode } from "../../model/fact.ts";
import { ReadError } from "../errors.ts";

/** A status that is no answer. */
export interface Refused {
  readonly status: number;
  /** What was asked for, such as "services". */
  readonly what: string;
  readonly path: string;
  /** Where it was a list: whose. */
  readonly list?: { readonly group: string; readonly plural: string };
  /** Where it was one object: which. */
  readonly object?: { readonly group: string; readonly plural: string; readonly name: string };
}

/** The reason behind a status. What the server wrote beside it is not repeated: it may hold anything. */
export function refusal(refused: Refused): ReadError {
  const { status } = refused;
  const [code, message, hint] = (rows.find(([matches]) => matches(status)) ?? other)[1](refused);
  return new ReadError({ code, message }, { hint });
}

type Said = readonly [code: ReasonCode, message: string, hint: string];
type Row = readonly [matches: (status: number) => boolean, say: (refused: Refused) => Said];

const is = (code: number) => (status: number) => status === code;

const rows: readonly Row[] = [
  [
    is(401),
    ({ what }) => [
      "unauthenticated",
      `The Kubernetes API does not know the scanner's role (401 for ${what}, with two tokens).`,
      "Give the role an EKS access entry with a Kubernetes group, or a line in the aws-auth ConfigMap.",
    ],
  ],
  [
    is(403),
    (refused) => [
      "forbidden",
      `The scanner's role may not read ${refused.what} (403). Grant its group ${ruleFor(refused)}.`,
      "Apply the ClusterRole and ClusterRoleBinding of the documentation to the group of the role's access entry.",
    ],
  ],
  [
    is(404),
    ({ what, path }) => [
      "not-found",
      `The Kubernetes API does not serve ${what} (404 for ${path.split("?")[0]}).`,
      "Look at `kubectl api-resources`, and at whether the endpoint is that of a Kubernetes API.",
    ],
  ],
  [
    is(429),
    ({ what }) => [
      "throttled",
      `The Kubernetes API was too busy to answer ${what} (429), also after waiting.`,
      "Scan again later, or look at the cluster's API priority and fairness.",
    ],
  ],
  [
    (status) => status >= 300 && status < 400,
    ({ status, what }) => [
      "blocked-host",
      `The endpoint answered ${what} with a redirect (${status}); the token is sent nowhere else.`,
      "Look for a proxy between the scanner and the endpoint: a Kubernetes API does not redirect lists.",
    ],
  ],
];
const other: Row = [
  () => true,
  ({ status, what }) => [
    "server-error",
    `The Kubernetes API failed to answer ${what} (${status}).`,
    "Scan again; look at the control plane's logs.",
  ],
];

/** The RBAC rule that is missing, as it stands in a ClusterRole. */
function ruleFor({ list, object, path }: Refused): string {
  if (list !== undefined) return `{ apiGroups: ["${list.group}"], resources: ["${list.plural}"], verbs: ["list"] }`;
  if (object === undefined) return `{ nonResourceURLs: ["${path}"], verbs: ["get"] }`;
  const { group, plural, name } = object;
  return `{ apiGroups: ["${group}"], resources: ["${plural}"], resourceNames: ["${name}"], verbs: ["get"] }`;
}
