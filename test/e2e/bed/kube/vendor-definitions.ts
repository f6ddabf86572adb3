/**
 * Definitions of policies as strict as their vendors': Cilium's own, that of SecurityGroupPolicies, and upstream's, of which AWS's
 * ClusterNetworkPolicy is a copy, from the Go module proxy. AWS's own and Calico's are in no package registry: theirs are written here,
 * from what their references say.
 */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import type { Manifest } from "./admin.ts";

const run = promisify(execFile);

/** The folder of a module, which is fetched where this machine has it not. */
async function moduleFolder(module: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "eks-perimeter-go-"));
  try {
    const { stdout } = await run("go", ["mod", "download", "-json", module], { cwd: folder, env: { ...process.env, GOFLAGS: "-mod=mod" } });
    return (JSON.parse(stdout) as { Dir: string }).Dir;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Of the version that the bed's judge of Cilium's policies is built from. */
export async function ciliumDefinitions(): Promise<readonly Manifest[]> {
  const text = await readFile(new URL("../cilium/go.mod", import.meta.url), "utf8");
  const [, version] = /^require github\.com\/cilium\/cilium (v[\d.]+)$/m.exec(text) ?? [];
  const folder = await moduleFolder(`github.com/cilium/cilium@${version}`);
  const files = ["ciliumnetworkpolicies", "ciliumclusterwidenetworkpolicies"];
  return Promise.all(files.map((name) => definitionIn(path.join(folder, "pkg/k8s/apis/cilium.io/client/crds/v2", `${name}.yaml`))));
}

const definitionIn = async (file: string): Promise<Manifest> => parse(await readFile(file, "utf8")) as Manifest;

/** SecurityGroupPolicy, from the module of the controller that carries it out. */
export async function securityGroupPolicyDefinition(): Promise<Manifest> {
  const folder = await moduleFolder("github.com/aws/amazon-vpc-resource-controller-k8s@v1.8.2");
  return definitionIn(path.join(folder, "config/crd/bases/vpcresources.k8s.aws_securitygrouppolicies.yaml"));
}

type Schema = Readonly<Record<string, unknown>>;
const text = (rest: Schema = {}): Schema => ({ type: "string", ...rest });
const list = (items: Schema, maxItems: number, rest: Schema = {}): Schema => ({ type: "array", items, maxItems, ...rest });
const object = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema => ({
  type: "object",
  properties,
  ...(required.length > 0 ? { required } : {}),
});

/**
 * networking.k8s.aws ClusterNetworkPolicy: upstream's with the ports of its first version, tiers, and neither a peer for nodes nor one for
 * networks on the way in. Sources: Amazon EKS User Guide, "Limit Pod traffic with Kubernetes network policies"; kubernetes-sigs/
 * network-policy-api apis/v1alpha1 and v1alpha2.
 */
export async function awsDefinitions(): Promise<readonly Manifest[]> {
  const folder = await moduleFolder("sigs.k8s.io/network-policy-api@v0.3.0");
  const upstream = await definitionIn(path.join(folder, "config/crd/standard/policy.networking.k8s.io_clusternetworkpolicies.yaml"));
  const [version] = (upstream.spec as { versions: readonly Version[] }).versions;
  if (version === undefined) throw new TypeError("Upstream's definition has no version.");
  const { spec } = version.schema.openAPIV3Schema.properties;
  const port = { type: "integer", minimum: 1, maximum: 65535 };
  const protocol = text({ enum: ["TCP", "UDP", "SCTP"] });
  const ports = list(
    object({
      portNumber: object({ protocol, port }, ["port", "protocol"]),
      portRange: object({ protocol, start: port, end: port }, ["start", "end"]),
      namedPort: text(),
    }),
    100,
  );
  const withPorts = (side: "ingress" | "egress"): Schema => {
    const { items, ...rest } = spec.properties[side] as { items: { properties: Readonly<Record<string, Schema>> } & Schema } & Schema;
    const { protocols: _, ...properties } = items.properties;
    return { ...rest, items: { ...items, properties: { ...properties, ports } } };
  };
  const schema = {
    openAPIV3Schema: object(
      { spec: { ...spec, properties: { ...spec.properties, ingress: withPorts("ingress"), egress: withPorts("egress") } } },
      ["spec"],
    ),
  };
  return [definition("networking.k8s.aws", "ClusterNetworkPolicy", "clusternetworkpolicies", "Cluster", "v1alpha1", schema)];
}
interface Version {
  readonly schema: {
    readonly openAPIV3Schema: {
      readonly properties: { readonly spec: { readonly properties: Readonly<Record<string, Schema>> } & Schema };
    };
  };
}

/** Source: Calico reference, "Network policy", "Global network policy" and "Tier". */
export function calicoDefinitions(): readonly Manifest[] {
  const expression = text({ maxLength: 1024 });
  const numberOrText = { "x-kubernetes-int-or-string": true };
  const nets = list(text(), 256, { "x-kubernetes-list-type": "set" });
  const ports = list(numberOrText, 50);
  const end = object({
    nets,
    notNets: nets,
    ports,
    notPorts: ports,
    selector: expression,
    notSelector: expression,
    namespaceSelector: expression,
  });
  const rule = {
    ...object({ action: text({ enum: ["Allow", "Deny", "Log", "Pass"] }), protocol: numberOrText, source: end, destination: end }, [
      "action",
    ]),
    "x-kubernetes-validations": [
      { rule: "!has(self.destination) || !has(self.destination.ports) || has(self.protocol)", message: "ports are of a protocol" },
    ],
  };
  const shared = {
    tier: text({ default: "default" }),
    order: { type: "number" },
    selector: expression,
    types: list(text({ enum: ["Ingress", "Egress"] }), 2, { minItems: 1, "x-kubernetes-list-type": "set" }),
    ingress: list(rule, 1024),
    egress: list(rule, 1024),
  };
  // A policy of another tier than the default one carries the tier in its name.
  const named = {
    rule: "!has(self.spec.tier) || self.spec.tier == 'default' || self.metadata.name.startsWith(self.spec.tier + '.')",
    message: "the name begins with the tier",
  };
  const of = (spec: Schema, rules: readonly object[] = []) => ({
    openAPIV3Schema: { ...object({ spec }, ["spec"]), ...(rules.length > 0 ? { "x-kubernetes-validations": rules } : {}) },
  });
  const [group, version] = ["projectcalico.org", "v3"];
  return [
    definition(group, "NetworkPolicy", "networkpolicies", "Namespaced", version, of(object(shared), [named])),
    definition(
      group,
      "GlobalNetworkPolicy",
      "globalnetworkpolicies",
      "Cluster",
      version,
      of(object({ ...shared, namespaceSelector: expression }), [named]),
    ),
    definition(
      group,
      "Tier",
      "tiers",
      "Cluster",
      version,
      of(object({ order: { type: "number" }, defaultAction: text({ enum: ["Pass", "Deny"] }) })),
    ),
  ];
}

const definition = (group: string, kind: string, plural: string, scope: string, version: string, schema: object): Manifest => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    scope,
    names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
    versions: [{ name: version, served: true, storage: true, schema }],
  },
});
