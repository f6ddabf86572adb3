/** Calico's policies and what they refer to: projectcalico.org/v3, and the same as stored in crd.projectcalico.org/v1. */
import * as z from "zod";
import { type CalicoNetworkSet, CalicoPolicy, type CalicoTier } from "../../model/calico-policy.ts";
import { listOrEmpty, maybe, present, QualifiedName, type Scope, textsOrEmpty } from "./object-meta.ts";

/** "" stands for no namespace. */
const named = ({ namespace, name }: { readonly namespace: string; readonly name: string }) =>
  namespace === "" ? { name } : { namespace, name };

export const calicoPolicyObject = (scope: Scope): z.ZodType<CalicoPolicy> =>
  z
    .object({ metadata: QualifiedName[scope], spec: CalicoPolicy.unwrap().shape.spec })
    .transform(({ metadata, spec }) => ({ ...named(metadata), spec }));

export const CalicoTierObject: z.ZodType<CalicoTier> = z
  .object({
    metadata: z.object({ name: z.string().min(1) }),
    spec: z.object({ order: maybe(z.number()), defaultAction: z.enum(["Deny", "Pass"]).nullish() }).nullish(),
  })
  .transform(({ metadata: { name }, spec }) => ({
    name,
    defaultAction: spec?.defaultAction ?? "Deny",
    ...present({ order: spec?.order }),
  }));

const labels = { labels: textsOrEmpty };
const labelled: Readonly<Record<Scope, z.ZodType<{ name: string; namespace: string; labels: Readonly<Record<string, string>> }>>> = {
  namespaced: QualifiedName.namespaced.extend(labels),
  cluster: z.object({ name: z.string().min(1), ...labels }).transform((metadata) => ({ ...metadata, namespace: "" })),
};

/** Whole or not at all, as policies are: what rules mean by a set may hang on a field that is not known. Source: projectcalico/calico api networkset.go. */
const NetworkSetSpec = z.strictObject({ nets: listOrEmpty(z.string()), allowedEgressDomains: listOrEmpty(z.string()) });

export const calicoNetworkSetObject = (scope: Scope): z.ZodType<CalicoNetworkSet> =>
  z.object({ metadata: labelled[scope], spec: NetworkSetSpec.nullish() }).transform(({ metadata, spec }) => {
    const { nets = [], allowedEgressDomains: domains = [] } = spec ?? {};
    return { ...named(metadata), labels: metadata.labels, nets, ...(domains.length > 0 ? { domains } : {}) };
  });
