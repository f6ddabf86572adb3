import * as z from "zod";

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

/** The fields that are there, for types whose optional fields are never undefined. */
export function present<T extends Readonly<Record<string, unknown>>>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // The entries are those of T, less the undefined ones.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

const metadata = {
  name: z.string().min(1),
  uid: z.string(),
  annotations: textsOrEmpty.transform((texts) => Object.fromEntries(Object.entries(texts).filter(([key]) => isKept(key)))),
  labels: textsOrEmpty,
  creationTimestamp: maybe(z.string()),
};

/** ObjectMeta of a kind that lives in namespaces, as far as it is kept. */
export const NamespacedMeta = z
  .object({ ...metadata, namespace: z.string().min(1) })
  .transform(({ creationTimestamp: createdAt, ...rest }) => ({ ...rest, ...present({ createdAt }) }));

/** The same of a kind that does not. */
export const ClusterMeta = z
  .object(metadata)
  .transform(({ creationTimestamp: createdAt, ...rest }) => ({ ...rest, namespace: "", ...present({ createdAt }) }));

/** status.loadBalancer of Services and Ingresses: the host names, lower case, as they are compared with DNS names of load balancers. */
export const LoadBalancerHostnames = z
  .object({ loadBalancer: z.object({ ingress: listOrEmpty(z.object({ hostname: maybe(z.string()) })) }).nullish() })
  .nullish()
  .transform((status) => (status?.loadBalancer?.ingress ?? []).flatMap(({ hostname }) => (hostname ? [hostname.toLowerCase()] : [])));
