/** What Kubernetes declares: of each object only what a check reads. Text in it is the cluster's and may be hostile. */
import * as z from "zod";

const strings = z.array(z.string()).readonly();
const texts = z.record(z.string(), z.string()).readonly();

/** The identity of an object. `namespace` is "" where the object has none. */
const metadata = {
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  annotations: texts,
  labels: texts,
  createdAt: z.string().exactOptional(),
};

export const ServicePort = z
  .strictObject({
    name: z.string().exactOptional(),
    protocol: z.enum(["TCP", "UDP", "SCTP"]),
    port: z.int(),
    /** A number, or the name of a container port. */
    targetPort: z.union([z.int(), z.string()]).exactOptional(),
    nodePort: z.int().exactOptional(),
  })
  .readonly();
export type ServicePort = z.infer<typeof ServicePort>;

export const Service = z
  .strictObject({
    ...metadata,
    type: z.enum(["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]),
    loadBalancerClass: z.string().exactOptional(),
    loadBalancerIP: z.string().exactOptional(),
    loadBalancerSourceRanges: strings,
    sessionAffinity: z.string(),
    externalTrafficPolicy: z.string().exactOptional(),
    externalIPs: strings,
    clusterIPs: strings,
    selector: texts,
    ports: z.array(ServicePort).readonly(),
    /** status.loadBalancer.ingress[].hostname, lower case. */
    hostnames: strings,
  })
  .readonly();
export type Service = z.infer<typeof Service>;

/** A Service that an Ingress leads to. */
export const IngressBackend = z.strictObject({ service: z.string(), port: z.union([z.int(), z.string()]).exactOptional() }).readonly();

export const Ingress = z
  .strictObject({
    ...metadata,
    ingressClassName: z.string().exactOptional(),
    backends: z.array(IngressBackend).readonly(),
    hostnames: strings,
  })
  .readonly();
export type Ingress = z.infer<typeof Ingress>;

export const IngressClass = z
  .strictObject({
    ...metadata,
    controller: z.string(),
    isDefault: z.boolean(),
    /** The kind IngressClassParams exists in two groups; `apiGroup` tells which is meant. */
    parameters: z.strictObject({ apiGroup: z.string().exactOptional(), kind: z.string(), name: z.string() }).readonly().exactOptional(),
  })
  .readonly();
export type IngressClass = z.infer<typeof IngressClass>;

/** elbv2.k8s.aws IngressClassParams, and the same kind in eks.amazonaws.com. */
export const IngressClassParams = z
  .strictObject({
    ...metadata,
    apiGroup: z.enum(["elbv2.k8s.aws", "eks.amazonaws.com"]),
    scheme: z.string().exactOptional(),
    groupName: z.string().exactOptional(),
    inboundCidrs: strings,
    prefixListIds: strings,
    /** elbv2.k8s.aws: spec.certificateArn; eks.amazonaws.com: spec.certificateARNs. They make 443 the port listened on by default. */
    certificateArns: strings.exactOptional(),
  })
  .readonly();
export type IngressClassParams = z.infer<typeof IngressClassParams>;
