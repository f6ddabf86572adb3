/** What IAM is asked of a request to AWS, read from the wire, in the words of the Service Authorization Reference. */
import type { AwsRequest } from "../door.ts";

/** Who may do what is decided by these two. */
export interface Asked {
  readonly action: string;
  /** "*" where the action can't be narrowed. */
  readonly resource: string;
}

/** Of a name that AWS makes up. */
const uuid = "b2c5a8d0-0000-4000-8000-000000000000";

/**
 * @param account that the caller acts in, whose the resources are unless the request names others
 * @throws {Error} for a request that the product has no business to send
 */
export function askedOfIam(request: AwsRequest, account: string): Asked {
  const url = new URL(request.path, "http://aws");
  const parts = url.pathname.split("/").slice(1).map(decodeURIComponent);
  const asked = services[request.service]?.({ ...request, account, parts, form: new URLSearchParams(request.body), url });
  if (asked === undefined)
    throw new Error(`${request.method} ${request.path} of ${request.service || "nobody"} is no action that is known.`);
  return asked;
}

interface Wire extends AwsRequest {
  readonly account: string;
  readonly url: URL;
  /** Of the path. */
  readonly parts: readonly string[];
  readonly form: URLSearchParams;
}
type Service = (wire: Wire) => Asked | undefined;

/** A service whose protocol is query: the action has its name in the form. */
const query =
  (prefix: string, resource: (wire: Wire) => string = () => "*"): Service =>
  (wire) => ({ action: `${prefix}:${wire.form.get("Action")}`, resource: resource(wire) });

/** A service whose protocol is JSON: the action has its name in a header. */
const json =
  (prefix: string, resource: (wire: Wire) => string = () => "*"): Service =>
  (wire) => ({ action: `${prefix}:${wire.headers["x-amz-target"]?.split(".").at(-1)}`, resource: resource(wire) });

const services: Readonly<Record<string, Service>> = {
  sts: query("sts", ({ form }) => form.get("RoleArn") ?? "*"),
  elasticloadbalancing: query("elasticloadbalancing"),
  ec2: query("ec2", ({ form, region, account }) => {
    const list = form.get("PrefixListId");
    return list === null ? "*" : `arn:aws:ec2:${region}:${account}:prefix-list/${list}`;
  }),
  organizations: json("organizations"),
  ssm: json("ssm", ({ body, region, account }) => `arn:aws:ssm:${region}:${account}:parameter${JSON.parse(body).Name}`),
  account: ({ parts: [operation], account }) =>
    operation === "listRegions" ? { action: "account:ListRegions", resource: `arn:aws:account::${account}:account` } : undefined,
  securityhub: ({ method, parts, region, account }) => {
    const arn = (name: string) => `arn:aws:securityhub:${region}:${account}:${name}/default`;
    const calls: Readonly<Record<string, Asked>> = {
      "GET accounts": { action: "securityhub:DescribeHub", resource: arn("hub") },
      "POST findings": { action: "securityhub:GetFindings", resource: arn("hub") },
      "POST findings/import": { action: "securityhub:BatchImportFindings", resource: arn(`product/${account}`) },
    };
    return calls[`${method} ${parts.join("/")}`];
  },
  lambda: ({ parts: [, kind, name, what] }) =>
    kind === "functions" && what === "invocations" ? { action: "lambda:InvokeFunction", resource: name ?? "" } : undefined,
  eks: (wire) => (wire.method === "GET" ? eks(wire) : undefined),
  s3: ({ method, parts: [bucket, ...key], url }) => {
    const arn = `arn:aws:s3:::${bucket}`;
    if (key.join("/") !== "") return method === "GET" || method === "PUT" ? object(method, `${arn}/${key.join("/")}`) : undefined;
    return url.searchParams.has("list-type") ? { action: "s3:ListBucket", resource: arn } : undefined;
  },
};

const object = (method: "GET" | "PUT", resource: string): Asked => ({
  action: method === "GET" ? "s3:GetObject" : "s3:PutObject",
  resource,
});

function eks({ parts: [top, cluster, below, name], region, account }: Wire): Asked | undefined {
  const arn = (what: string) => `arn:aws:eks:${region}:${account}:${what}`;
  if (top === "cluster-versions") return { action: "eks:DescribeClusterVersions", resource: "*" };
  if (top !== "clusters") return undefined;
  if (cluster === undefined) return { action: "eks:ListClusters", resource: "*" };
  if (below === undefined) return { action: "eks:DescribeCluster", resource: arn(`cluster/${cluster}`) };
  const [singular, list, resource] =
    {
      "node-groups": ["Nodegroup", "ListNodegroups", `nodegroup/${cluster}/${name}/${uuid}`],
      addons: ["Addon", "ListAddons", `addon/${cluster}/${name}/${uuid}`],
      // access-entry/CLUSTER/role/ACCOUNT/NAME/UUID, of arn:aws:iam::ACCOUNT:role/NAME
      "access-entries": [
        "AccessEntry",
        "ListAccessEntries",
        `access-entry/${cluster}/role/${name?.split(":")[4]}/${name?.split("/").at(-1)}/${uuid}`,
      ],
    }[below] ?? [];
  if (singular === undefined || resource === undefined) return undefined;
  return name === undefined
    ? { action: `eks:${list}`, resource: arn(`cluster/${cluster}`) }
    : { action: `eks:Describe${singular}`, resource: arn(resource) };
}
