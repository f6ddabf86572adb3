/** Builders of what runs, and on what: everything that a test does not say is the plainest there is. */
import type { Container, Owner, Pod, PodSpec, Workload } from "../../core/model/workloads.ts";

export const aContainer = (image: string, rest: Partial<Container> = {}): Container => ({
  name: "main",
  image,
  isInit: false,
  ports: [],
  isPrivileged: false,
  addedCapabilities: [],
  settings: {},
  ...rest,
});

export const aPodSpec = (rest: Partial<PodSpec> = {}): PodSpec => ({
  serviceAccount: "default",
  hostNetwork: false,
  hostPid: false,
  hostIpc: false,
  hostPaths: [],
  containers: [aContainer("registry.example.com/shop/web:1.0.0")],
  ...rest,
});

export const anOwner = (kind: string, name: string, rest: Partial<Owner> = {}): Owner => ({
  apiVersion: "apps/v1",
  kind,
  name,
  uid: `uid-of-${kind}-${name}`,
  ...rest,
});

/** A running pod of the namespace `shop`, but for what is said. */
export const aPod = (name: string, rest: Partial<Omit<Pod, "spec">> & { readonly spec?: Partial<PodSpec> } = {}): Pod => ({
  namespace: "shop",
  name,
  uid: `uid-of-Pod-${name}`,
  labels: {},
  createdAt: "2026-01-05T09:00:00Z",
  phase: "Running",
  podIps: [],
  hasBranchInterface: false,
  ...rest,
  spec: aPodSpec(rest.spec),
});

/** A controller of the namespace `shop`, but for what is said. */
export const aWorkload = (kind: Workload["kind"], name: string, rest: Partial<Workload> = {}): Workload => ({
  kind,
  namespace: "shop",
  name,
  uid: `uid-of-${kind}-${name}`,
  template: { labels: {}, spec: aPodSpec() },
  ...rest,
});
