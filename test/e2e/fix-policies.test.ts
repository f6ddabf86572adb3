import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { type ManifestObject, manifestText } from "../../core/fix/manifests.ts";
import { judgedOn } from "../../core/fix/prove.ts";
import { type DialectName, dialects, fixed, groundOf, policyChecks } from "../fix/policy-estate.ts";
import { estates } from "../fix/policy-estates.ts";
import { CiliumVerdicts } from "./bed/cilium/verdicts.ts";
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
    return failing.flatMap((finding) => fixed(ground, finding.check, finding.resource.name).first?.plan.manifests ?? []);
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

/** What Cilium's own code makes of what fixes write in its words. */
suite("Policies that fixes write, as Cilium's own code reads them", { cilium: inject("cilium") }, ({ cilium }) => {
  let verdicts: CiliumVerdicts;
  beforeAll(() => {
    verdicts = new CiliumVerdicts(cilium);
  });
  afterAll(() => verdicts?.stop());

  const web = "shop/web-x7k2p";
  const [api, db, dns] = ["shop/api-x7k2p", "pay/db-x7k2p", "kube-system/coredns-5d"];
  it.each<[check: string, resource: string, allowed: readonly Flow[], denied: readonly Flow[]]>([
    [
      "pods-deny-ingress-by-default",
      "shop",
      [["10.0.7.7", web, 8080]],
      [
        ["10.0.7.7", web, 8081],
        ["8.8.8.8", web, 8080],
        [api, web, 8080],
      ],
    ],
    [
      "pods-deny-egress-by-default",
      "shop",
      [
        [web, dns, 53],
        [web, "172.20.0.10", 53],
      ],
      [
        [web, dns, 80],
        [web, "8.8.8.8", 443],
        [web, api, 80],
        [web, "other 10.0.2.4", 443],
      ],
    ],
    [
      "pods-internet-egress-restricted",
      "shop",
      [
        [web, "10.99.0.1", 443],
        [web, "10.0.9.9", 443],
        [web, db, 443],
        [web, "other 10.0.2.4", 443],
      ],
      [
        [web, "8.8.8.8", 443],
        [web, "8.8.8.8", 80],
      ],
    ],
    [
      "pods-ingress-from-internet-declared",
      "shop",
      [
        ["10.0.9.9", web, 80],
        [db, web, 80],
      ],
      [["8.8.8.8", web, 80]],
    ],
    [
      "namespaces-are-isolated",
      "pay",
      [
        ["8.8.8.8", db, 80],
        [dns, db, 80],
        ["other 10.0.2.4", db, 80],
      ],
      [[web, db, 80]],
    ],
    [
      "endpoint-blocked-from-pods",
      "shop",
      [
        [web, "10.0.1.201", 443],
        [web, "8.8.8.8", 443],
        [web, db, 443],
      ],
      [
        [web, "10.0.1.200", 443],
        [web, "10.0.2.200", 443],
      ],
    ],
    [
      "kubelet-blocked-from-pods",
      "prod",
      [
        [web, "own 10.0.1.4", 9100],
        [web, "other 10.0.2.4", 9100],
        [web, api, 10250],
      ],
      [
        [web, "own 10.0.1.4", 10250],
        [web, "other 10.0.2.4", 10250],
        [web, "other 10.0.2.4", 10255],
      ],
    ],
  ])("%s of %s", async (check, resource, allowed, denied) => {
    const after = fixed(groundOf("cilium"), check, resource).plan?.after;
    if (after?.pods.state !== "known" || after.namespaces.state !== "known" || after.ciliumPolicies.state !== "known")
      throw new TypeError(check);
    const pods = after.pods.value
      .filter(({ spec }) => !spec.hostNetwork)
      .map(({ namespace, name, labels, podIps, spec }) => ({
        namespace,
        workload: name,
        labels,
        serviceAccount: spec.serviceAccount,
        ip: podIps[0] ?? "",
        ports: [],
      }));
    const end = (text: string) => pods.find(({ namespace, workload }) => `${namespace}/${workload}` === text) ?? text;
    const flows = [...allowed, ...denied].map(([from, to, port]) => ({ from: end(from), to: end(to), protocol: "TCP" as const, port }));
    const answer = await verdicts.ask({
      localCluster: true,
      blocksMeanNodes: false,
      alwaysAllowLocalhost: true,
      cluster: {
        namespaces: Object.fromEntries(
          after.namespaces.value.map(({ name, labels }) => [name, { ...labels, "kubernetes.io/metadata.name": name }]),
        ),
        pods,
      },
      networkPolicies: [],
      ciliumPolicies: after.ciliumPolicies.value,
      flows,
    });
    expect(answer.refused).toEqual({});
    const told = answer.allowed.map((isAllowed, i) => [...([...allowed, ...denied][i] ?? []), isAllowed]);
    expect(told).toEqual([...allowed.map((flow) => [...flow, true]), ...denied.map((flow) => [...flow, false])]);
  });
});
type Flow = readonly [from: string, to: string, port: number];
