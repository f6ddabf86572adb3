import type { Manifest } from "./admin.ts";

/** IngressClassParams of the AWS Load Balancer Controller, as loose as a definition may be. */
export const elbv2ClassParams: Manifest = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "ingressclassparams.elbv2.k8s.aws" },
  spec: {
    group: "elbv2.k8s.aws",
    scope: "Cluster",
    names: { kind: "IngressClassParams", listKind: "IngressClassParamsList", plural: "ingressclassparams", singular: "ingressclassparams" },
    versions: [
      {
        name: "v1beta1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: "object", properties: { spec: { type: "object", "x-kubernetes-preserve-unknown-fields": true } } },
        },
      },
    ],
  },
};
