import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { stringify } from "yaml";
import { kubernetesKinds } from "../../../core/collect/kubernetes/kinds.ts";
import { readManifests } from "../../../core/collect/manifests/read.ts";
import { type KubernetesReadName, kubernetesReads } from "../../../core/collect/reads.ts";
import { evidenceOf, parseEvidence } from "../../../core/evidence.ts";
import { known } from "../../../core/model/fact.ts";
import { connectivity } from "../../../core/net/connectivity/connectivity.ts";
import { estateOf } from "../../../core/net/connectivity/estate.ts";
import type { Estate } from "../../../core/net/connectivity/model.ts";
import { engines } from "../../../core/net/policy/translation.ts";
import { endText } from "../../../core/report/connectivity-text.ts";
import { cluster, labels, networkPolicy } from "../../net/policy/clusters.ts";
import { aCluster } from "../../support/cluster.ts";
import { estateIn, linesOf } from "../../support/connectivity.ts";

vi.setConfig({ testTimeout: 60_000 });

interface RawObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & { readonly namespace?: string; readonly name: string };
  readonly spec?: unknown;
  readonly status?: unknown;
}

const isOf = (one: RawObject, read: KubernetesReadName, kind: string): boolean =>
  one.kind === kind && (one.apiVersion.includes("/") ? one.apiVersion.split("/")[0] : "") === kubernetesReads[read].group;

/** What a live cluster's collector makes of the objects, saved and read again. */
function ofEvidence(objects: readonly RawObject[]): Estate {
  const facts = Object.fromEntries(
    Object.entries(kubernetesKinds).map(([name, kinds]) => [
      name,
      known(kinds.flatMap(({ read, kind, object }) => objects.filter((one) => isOf(one, read, kind)).map((one) => object.parse(one)))),
    ]),
  );
  const saved = JSON.stringify(evidenceOf(aCluster(facts), "1.0.0"));
  return estateOf(parseEvidence(saved, "saved").cluster.facts).estate;
}

/** The same objects as manifests, some of them in one List, written in either format. */
const ofManifests = (objects: readonly RawObject[], inList: number): Estate =>
  estateIn(
    readManifests([
      { path: "list.json", text: JSON.stringify({ apiVersion: "v1", kind: "List", items: objects.slice(0, inList) }) },
      {
        path: "rest.yaml",
        text: objects
          .slice(inList)
          .map((object) => stringify(object))
          .join("---\n"),
      },
    ]),
  );

const kinds = fc.constantFrom("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicaSet", "ReplicationController", "Pod");
const apiVersions: Readonly<Record<string, string>> = { Pod: "v1", ReplicationController: "v1", Job: "batch/v1", CronJob: "batch/v1" };
const uidOf = (kind: string, namespace: string, name: string): string => `${kind}-of-${namespace}-${name}`;
const phase = fc.constantFrom("Running", "Running", "Pending", "Succeeded");

/** Workloads with and without pods, policies, and an Ingress, in the words of the API. */
const objects = fc
  .tuple(
    cluster,
    fc.array(fc.tuple(kinds, labels, fc.boolean()), { minLength: 6, maxLength: 6 }),
    fc.array(phase, { minLength: 6, maxLength: 6 }),
    fc.array(networkPolicy, { maxLength: 4 }),
  )
  .map(([{ namespaces, pods }, forms, phases, policies]): readonly RawObject[] => [
    ...Object.entries(namespaces).map(([name, namespaceLabels]) => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels: namespaceLabels },
    })),
    ...pods.flatMap(({ namespace, labels: podLabels, ports, ip }, i): readonly RawObject[] => {
      const [kind, templateLabels, hasPods] = forms[i] ?? ["Pod", {}, true];
      const name = `w${i}`;
      const uid = uidOf(kind, namespace, name);
      const metadata = { namespace, name, uid };
      const containers = [{ name: "main", image: "app", ports: ports.map(({ port, ...rest }) => ({ ...rest, containerPort: port })) }];
      const spec = { containers, hostNetwork: i === 5 };
      const status = { phase: phases[i], podIPs: [{ ip }] };
      if (kind === "Pod") return [{ apiVersion: "v1", kind, metadata: { ...metadata, labels: podLabels }, spec, status }];
      const template = { metadata: { labels: templateLabels }, spec };
      const apiVersion = apiVersions[kind] ?? "apps/v1";
      const owner = { apiVersion, kind, name, uid, controller: true };
      const workload = { apiVersion, kind, metadata, spec: kind === "CronJob" ? { jobTemplate: { spec: { template } } } : { template } };
      const pod = { namespace, name: `${name}-x`, uid: `${uid}-x`, labels: podLabels, ownerReferences: [owner] };
      return hasPods ? [workload, { apiVersion: "v1", kind: "Pod", metadata: pod, spec, status }] : [workload];
    }),
    ...policies.map(({ namespace, spec }, i) => ({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { namespace, name: `policy-${i}` },
      spec,
    })),
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { namespace: "one", name: "front", uid: "front" },
      spec: { selector: { app: "a" }, ports: [{ port: 80, targetPort: "web" }] },
    },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { namespace: "one", name: "front", uid: "front" },
      spec: { defaultBackend: { service: { name: "front", port: { number: 80 } } } },
    },
  ]);

it.each(engines)("manifests and evidence of the same objects have the same connections: %s", (engine) => {
  const text = (estate: Estate) => linesOf(connectivity(estate, { engine, ipv6: undefined, textOf: endText }).connections);
  fc.assert(
    fc.property(objects, fc.nat({ max: 12 }), (all, inList) => {
      const lines = text(ofEvidence(all));
      expect(text(ofManifests(all, inList))).toEqual(lines);
      expect(lines).toEqual([...lines].sort());
    }),
    { numRuns: 100 },
  );
});
