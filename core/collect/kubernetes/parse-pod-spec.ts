import * as z from "zod";
import type { PodSpec } from "../../model/workloads.ts";
import { settingFields, settingsOf } from "./container-settings.ts";
import { filled, flag, listOrEmpty, maybe, present } from "./object-meta.ts";

const Port = z
  .object({
    name: maybe(z.string()),
    protocol: z.enum(["TCP", "UDP", "SCTP"]).nullish(),
    containerPort: z.int(),
    hostPort: maybe(z.int()),
  })
  .transform(({ name, protocol, containerPort, hostPort }) => ({
    protocol: protocol ?? ("TCP" as const),
    containerPort,
    // 0 asks for no port of the host.
    ...present({ name, hostPort: hostPort || undefined }),
  }));

const Container = z
  .object({
    name: z.string(),
    // A pod template may leave it to whoever completes the pod.
    image: z
      .string()
      .nullish()
      .transform((image) => image ?? ""),
    ports: listOrEmpty(Port),
    securityContext: z.object({ privileged: flag, capabilities: z.object({ add: listOrEmpty(z.string()) }).nullish() }).nullish(),
    restartPolicy: z.string().nullish(),
    ...settingFields,
  })
  .transform(({ securityContext, restartPolicy, command, args, env, envFrom, ...container }) => ({
    // An init container that is restarted whenever it ends is a sidecar: it runs beside the others.
    isSidecar: restartPolicy === "Always",
    kept: {
      ...container,
      isPrivileged: securityContext?.privileged ?? false,
      addedCapabilities: securityContext?.capabilities?.add ?? [],
      settings: settingsOf({ ...container, command, args, env, envFrom }),
    },
  }));

/** The fields of a pod's spec that are read. */
export const podSpecFields = {
  serviceAccountName: filled,
  /** Its older name, which the API keeps filling in. */
  serviceAccount: filled,
  hostNetwork: flag,
  hostPID: flag,
  hostIPC: flag,
  volumes: listOrEmpty(z.object({ hostPath: z.object({ path: z.string() }).nullish() })),
  containers: listOrEmpty(Container),
  initContainers: listOrEmpty(Container),
  ephemeralContainers: listOrEmpty(Container),
};

/** What is kept of them. Environment variables and arguments are gone, named settings apart. */
export const podSpecOf = (fields: z.infer<z.ZodObject<typeof podSpecFields>>): PodSpec => ({
  serviceAccount: fields.serviceAccountName ?? fields.serviceAccount ?? "default",
  hostNetwork: fields.hostNetwork,
  hostPid: fields.hostPID,
  hostIpc: fields.hostIPC,
  hostPaths: fields.volumes.flatMap(({ hostPath }) => (hostPath ? [hostPath.path] : [])),
  containers: [
    ...fields.containers.map(({ kept }) => ({ ...kept, isInit: false })),
    ...fields.initContainers.map(({ kept, isSidecar }) => ({ ...kept, isInit: !isSidecar })),
    ...fields.ephemeralContainers.map(({ kept }) => ({ ...kept, isInit: false })),
  ],
});
