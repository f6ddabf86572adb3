import type * as z from "zod";
import type { ClusterFacts } from "../../model/cluster.ts";
import type { Fact } from "../../model/fact.ts";
import type { KubernetesReadName } from "../reads.ts";
import { IngressObject } from "./parse-ingress.ts";
import { IngressClassObject } from "./parse-ingress-class.ts";
import { ingressClassParamsObject } from "./parse-ingress-class-params.ts";
import { ServiceObject } from "./parse-service.ts";

/** Facts about a cluster that its Kubernetes API answers. */
export const kubernetesFactNames = ["services", "ingresses", "ingressClasses", "ingressClassParams"] as const;
export type KubernetesFactName = (typeof kubernetesFactNames)[number];

/** One kind of object that is listed. Its group and resource stand in `reads.ts`, from which its grant is made. */
export interface KubernetesKind<T> {
  readonly read: KubernetesReadName;
  readonly kind: string;
  /** Versions whose objects `object` reads. */
  readonly versions: readonly [string, ...string[]];
  /** `custom`: defined by a controller that a cluster may lack; then there are none of it. */
  readonly origin: "built-in" | "custom";
  readonly object: z.ZodType<T>;
}

export type ObjectOf<N extends KubernetesFactName> = ClusterFacts[N] extends Fact<readonly (infer T)[]> ? T : never;

/** Which lists make up each fact. A further kind is a line here, one in `reads.ts`, and its parser. */
export const kubernetesKinds: { readonly [N in KubernetesFactName]: readonly KubernetesKind<ObjectOf<N>>[] } = {
  services: [{ read: "kubernetes:list services", kind: "Service", versions: ["v1"], origin: "built-in", object: ServiceObject }],
  ingresses: [{ read: "kubernetes:list ingresses", kind: "Ingress", versions: ["v1"], origin: "built-in", object: IngressObject }],
  ingressClasses: [
    { read: "kubernetes:list ingressclasses", kind: "IngressClass", versions: ["v1"], origin: "built-in", object: IngressClassObject },
  ],
  ingressClassParams: [
    {
      read: "kubernetes:list ingressclassparams.elbv2.k8s.aws",
      kind: "IngressClassParams",
      versions: ["v1beta1"],
      origin: "custom",
      object: ingressClassParamsObject("elbv2.k8s.aws"),
    },
    {
      read: "kubernetes:list ingressclassparams.eks.amazonaws.com",
      kind: "IngressClassParams",
      versions: ["v1"],
      origin: "custom",
      object: ingressClassParamsObject("eks.amazonaws.com"),
    },
  ],
};
