import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { type ManifestObject, manifestText } from "../../core/fix/manifests.ts";
import { judgedOn } from "../../core/fix/prove.ts";
import { type DialectName, dialects, fixed, groundOf, policyChecks } from "../fix/policy-estate.ts";
import { estates } from "../fix/policy-estates.ts";
import type { Manifest } from "./bed/kube/admin.ts";
import { type KubeApiserver, startKubeApiserver } from "./bed/kube/apiserver.ts";
import { awsDefinitions, calicoDefinitions, ciliumDefinitions } from "./bed/kube/vendor-definitions.ts";
import { suite } from "./bed/suite.ts";

const plurals: Readonly<Record<string, string>> = {
  NetworkPolicy: "networkpolicies",
  GlobalNetworkPolicy: "globalnetworkpolicies",
  Tier: "tiers",
  CiliumNetworkPolicy: "ciliumnetworkpolicies",
  CiliumClusterwideNetworkPolicy: "ciliumclusterwidenetworkpolicies",
  ClusterNetworkPolicy: "clusternetworkpolicies",
};

/** Every manifest of every fix of a dialect, as its file says it. */
function manifestsIn(dialect: DialectName): readonly Manifest[] {
  const objects = Object.values(estates).flatMap((estate): readonly ManifestObject[] => {
    const ground = groundOf(dialect, estate(dialect));
    const failing = judgedOn(ground).filter(({ status, check }) => status === "fail" && policyChecks.some((one) => one === check));
    return failing.flatMap((finding) => fixed(ground, finding.check, finding.resource.name).plan?.manifests ?? []);
  });
  return parseAllDocuments(manifestText(objects), { version: "1.1" }).map((document) => document.toJS() as Manifest);
}

suite("Policies that fixes write, in a kube-apiserver", { etcd: inject("etcd") }, ({ etcd }) => {
  let server: KubeApiserver;
  beforeAll(async () => {
    server = await startKubeApiserver({ etcd, etcdPrefix: "/fix-policies", clusters: [], keys: [], groups: [] });
    const definitions = [...(await ciliumDefinitions()), ...(await awsDefinitions()), ...calicoDefinitions()];
    for (const definition of definitions) await server.admin.createDefinition(definition);
    for (const name of ["shop", "pay", "lab", "ingress-nginx"]) {
      await server.admin.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
    }
  });
  afterAll(() => server?.stop());

  it.each(dialects)("are accepted by server-side dry run, field by field: those of %s", async (dialect) => {
    const objects = manifestsIn(dialect);
    expect(objects.length).toBeGreaterThan(30);
    const answers = await Promise.all(
      objects.map(async (object) => ({ object, answer: await server.admin.wouldApply(plurals[object.kind] ?? object.kind, object) })),
    );
    const refused = answers
      .filter(({ answer }) => answer.status >= 300)
      .map(({ object, answer }) => `${object.kind} ${object.metadata.name}: ${answer.body.message}`);
    expect(refused).toEqual([]);
  });

  it.each<[string, Manifest]>([
    [
      "a field that the kind has not",
      { apiVersion: "projectcalico.org/v3", kind: "Tier", metadata: { name: "odd" }, spec: { order: 1, defaultDeny: true } },
    ],
    [
      "a policy whose name lacks its tier",
      {
        apiVersion: "projectcalico.org/v3",
        kind: "GlobalNetworkPolicy",
        metadata: { name: "odd" },
        spec: { tier: "platform", selector: "all()" },
      },
    ],
    [
      "networks on the way in",
      {
        apiVersion: "networking.k8s.aws/v1alpha1",
        kind: "ClusterNetworkPolicy",
        metadata: { name: "odd" },
        spec: {
          tier: "Admin",
          priority: 1,
          subject: { namespaces: {} },
          ingress: [{ action: "Deny", from: [{ networks: ["0.0.0.0/0"] }] }],
        },
      },
    ],
    [
      "a protocol that is none",
      {
        apiVersion: "cilium.io/v2",
        kind: "CiliumNetworkPolicy",
        metadata: { namespace: "shop", name: "odd" },
        spec: { endpointSelector: {}, egressDeny: [{ toPorts: [{ ports: [{ port: "80", protocol: "HTTP" }] }] }] },
      },
    ],
  ])("are refused where they are wrong, so that acceptance means something: %s", async (_what, object) => {
    const { status } = await server.admin.wouldApply(plurals[object.kind] ?? object.kind, object);
    expect(status).toBeGreaterThanOrEqual(400);
  });
});
