/** Pods for the examples of this folder. */
import type { Pod, PodSpec } from "../../model/workloads.ts";

export const exampleSpec: PodSpec = {
  serviceAccount: "default",
  hostNetwork: false,
  hostPid: false,
  hostIpc: false,
  hostPaths: [],
  containers: [
    {
      name: "main",
      image: "registry.example.com/shop/web:1.0.0",
      isInit: false,
      ports: [],
      isPrivileged: false,
      addedCapabilities: [],
      settings: {},
    },
  ],
};

/** A running pod of the namespace `shop`, but for what is said. */
export const examplePod = (name: string, rest: Partial<Pod> = {}): Pod => ({
  namespace: "shop",
  name,
  uid: `uid-of-${name}`,
  labels: {},
  nodeName: "ip-10-0-1-7.eu-west-1.compute.internal",
  phase: "Running",
  podIps: [],
  hasBranchInterface: false,
  spec: exampleSpec,
  ...rest,
});
