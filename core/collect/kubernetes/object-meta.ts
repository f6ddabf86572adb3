import * as z from "zod";
import type { Owner } from "../../model/workloads.ts";

/** Annotations that a check reads, by prefix or, where it holds no further part, by name. */
interface AnnotationRule {
  readonly prefix: string;
  /** What follows the prefix and is dropped all the same. */
  readonly without?: readonly string[];
}

/**
 * The annotations that are kept. Everything else stays out of evidence, as annotations carry secrets: above all
 * kubectl.kubernetes.io/last-applied-configuration, which repeats the whole object.
 */
export const keptAnnotations: readonly AnnotationRule[] = [
  { prefix: "service.beta.kubernetes.io/" },
  // Conditions may name the secret header by which an ALB knows its CDN.
  { prefix: "alb.ingress.kubernetes.io/", without: ["conditions.", "transforms."] },
  { prefix: "kubernetes.io/ingress.class" },
  { prefix: "ingressclass.kubernetes.io/" },
];

const isKept = (key: string): boolean =>
  keptAnnotations.some(
    ({ prefix, without = [] }) =>
      (prefix.endsWith("/") ? key.startsWith(prefix) : key === prefix) && !without.some((part) => key.startsWith(prefix + part)),
  );

/** Go leaves an empty field out or, in custom objects, writes null: both are absent. */
export const maybe = <S extends z.ZodType>(schema: S) => schema.nullish().transform((value) => value ?? undefined);
export const listOrEmpty = <S extends z.ZodType>(item: S) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);
export const textsOrEmpty = z
  .record(z.string(), z.string())
  .nullish()
  .transform((texts) => texts ?? {});

/** The API leaves flags out that are not set. */
export const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
/** Fields that some types encode though nobody filled them: empty is absent. */
export const filled = z
  .string()
  .nullish()
  .transform((value) => value || undefined);

/** The fields that are there, for types whose optional fields are never undefined. */
export function present<T extends Readonly<Record<string, unknown>>>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // The entries are those of T, less the undefined ones.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

const identity = { name: z.string().min(1), uid: z.string() };
const namespace = z.string().min(1);

/** What of ObjectMeta tells an object of a namespace from any other, where nothing more is kept. */
export const NamespacedIdentity = z.object({ ...identity, namespace });

/** Namespace and name alone; "" stands for none. */
export const QualifiedName = {
  namespaced: z.object({ name: identity.name, namespace }),
  cluster: z.object({ name: identity.name }).transform(({ name }) => ({ name, namespace: "" })),
} as const;
export type Scope = keyof typeof QualifiedName;

const metadata = {
  ...identity,
  annotations: textsOrEmpty.transform((texts) => Object.fromEntries(Object.entries(texts).filter(([key]) => isKept(key)))),
  labels: textsOrEmpty,
  creationTimestamp: maybe(z.string()),
};

/** ObjectMeta of a kind that lives in namespaces, as far as it is kept. */
export const NamespacedMeta = z
  .object({ ...metadata, namespace })
  .transform(({ creationTimestamp: createdAt, ...rest }) => ({ ...rest, ...present({ createdAt }) }));

/** The same of a kind that does not. */
export const ClusterMeta = z
  .object(metadata)
  .transform(({ creationTimestamp: createdAt, ...rest }) => ({ ...rest, namespace: "", ...present({ createdAt }) }));

const OwnerReference = z.object({ apiVersion: z.string(), kind: z.string(), name: z.string(), uid: z.string(), controller: flag });

/** metadata.ownerReferences: the controller, of which an object has one at most; others are owners for garbage collection alone. */
export const ControllerOwner = listOrEmpty(OwnerReference).transform((owners): Owner | undefined => {
  const owner = owners.find(({ controller }) => controller);
  if (owner === undefined) return undefined;
  const { controller: _, ...kept } = owner;
  return kept;
});

/** status.loadBalancer of Services and Ingresses: the host names, lower case, as they are compared with DNS names of load balancers. */
export const LoadBalancerHostnames = z
  .object({ loadBalancer: z.object({ ingress: listOrEmpty(z.object({ hostname: maybe(z.string()) })) }).nullish() })
  .nullish()
  .transform((status) => (status?.loadBalancer?.ingress ?? []).flatMap(({ hostname }) => (hostname ? [hostname.toLowerCase()] : [])));

/** `parametersRef` of the Gateway API. A Gateway's own has no namespace: what it names lives beside it. */
export const ParametersReference = z
  .object({ group: z.string(), kind: z.string(), name: z.string(), namespace: filled })
  .transform(({ namespace, ...rest }) => ({ ...rest, ...present({ namespace }) }));
