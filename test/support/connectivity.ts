/** Estates by manifests, and their connections as lines. */
import { type ManifestFile, type Manifests, readManifests } from "../../core/collect/manifests/read.ts";
import { type ConnectivityOptions, connectivity } from "../../core/net/connectivity/connectivity.ts";
import type { Allowed, Estate } from "../../core/net/connectivity/model.ts";
import { connectionLines, endText } from "../../core/report/connectivity-text.ts";

export const manifestsOf = (text: string, path = "shop.yaml"): Manifests => readManifests([{ path, text }]);
export const readAll = (...files: readonly ManifestFile[]): Manifests => readManifests(files);

export function estateIn({ lists }: Manifests): Estate {
  const { namespaces, workloads, pods, services, ingresses, gatewayRoutes: routes, ...policies } = lists;
  return { namespaces, workloads, pods, services, ingresses, routes, policies };
}

/** Everything that is told of an estate. */
export const told = (text: string, options: Partial<ConnectivityOptions> = {}) =>
  connectivity(estateIn(manifestsOf(text)), { engine: "kubernetes", ipv6: undefined, textOf: endText, ...options });

export const linesOf = (all: Iterable<Allowed>): readonly string[] => [...all].map(connectionLines());
export const linesIn = (text: string, options: Partial<ConnectivityOptions> = {}): readonly string[] =>
  linesOf(told(text, options).connections);

/** A Deployment of the namespace shop whose pods carry the label app and listen on 8080, called http. */
export const deployment = (name: string, namespace = "shop"): string => `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: main, image: app, ports: [{ name: http, containerPort: 8080 }] }] }
`;
/** A NetworkPolicy of shop for pods with the label. */
export const policy = (app: string, spec: string): string => `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: for-${app}, namespace: shop }
spec:
  podSelector: { matchLabels: { app: ${app} } }
  ${spec}
`;
export const service = (name: string, ports: string, selector = `{ app: ${name} }`): string => `---
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec: { selector: ${selector}, ports: ${ports} }
`;
