/** Dashboards and metrics, as data: on ports that mean nothing alone, so that an image or a name has to confirm them. */
import { type Fact, known } from "../../model/fact.ts";
import type { BackendIndex } from "./backends.ts";
import type { Destination } from "./destinations.ts";

export interface Dashboard {
  readonly what: string;
  readonly ports: readonly number[];
  /** Ends of an image's path, without tag and digest. */
  readonly images: readonly string[];
  /** Words of the name of a Service or of its port. */
  readonly names: readonly string[];
}

/** Sources, as of 2026-10: the products' own documentation of default ports, images and Helm charts. */
export const dashboards: readonly Dashboard[] = [
  { what: "Grafana", ports: [3000], images: ["grafana", "grafana-oss", "grafana-enterprise"], names: ["grafana"] },
  { what: "Prometheus", ports: [9090], images: ["prometheus"], names: ["prometheus"] },
  { what: "Alertmanager", ports: [9093], images: ["alertmanager"], names: ["alertmanager"] },
  { what: "Prometheus node exporter", ports: [9100], images: ["node-exporter"], names: ["node-exporter"] },
  { what: "kube-state-metrics", ports: [8080, 8081], images: ["kube-state-metrics"], names: ["kube-state-metrics"] },
  {
    what: "Kubernetes Dashboard",
    ports: [8000, 8443, 9090],
    images: ["kubernetesui/dashboard", "kubernetesui/dashboard-web", "kubernetesui/dashboard-api", "kubernetes-dashboard"],
    names: ["kubernetes-dashboard"],
  },
  { what: "Kibana", ports: [5601], images: ["kibana"], names: ["kibana"] },
  { what: "OpenSearch Dashboards", ports: [5601], images: ["opensearch-dashboards"], names: ["opensearch-dashboards"] },
  {
    what: "Jupyter",
    ports: [8000, 8888],
    images: ["jupyterhub", "k8s-hub", "base-notebook", "minimal-notebook", "scipy-notebook", "datascience-notebook"],
    names: ["jupyter", "jupyterhub", "notebook"],
  },
  { what: "Argo CD", ports: [8080, 8083], images: ["argocd"], names: ["argocd", "argo-cd"] },
  { what: "Argo Workflows", ports: [2746], images: ["argocli"], names: ["argo-workflows", "argo-server"] },
  { what: "Jaeger", ports: [16686], images: ["jaeger", "jaeger-query", "jaegertracing/all-in-one"], names: ["jaeger"] },
  { what: "Kiali", ports: [20001], images: ["kiali"], names: ["kiali"] },
  { what: "Hubble UI", ports: [8081], images: ["hubble-ui"], names: ["hubble-ui"] },
  { what: "Kubecost", ports: [9090, 9003], images: ["cost-model", "kubecost"], names: ["kubecost"] },
];

const onPort = (port: number): readonly Dashboard[] => dashboards.filter(({ ports }) => ports.includes(port));

/**
 * The dashboard that the destination is, confirmed by the name of a Service or its port or by an image of the pods behind
 * it. Unknown where the port is one of a dashboard's and nothing that would confirm it could be read.
 *
 * @param ownerName the name of the Service that owns the load balancer, which AWS tells even where Kubernetes was not read
 */
export function dashboardAt(
  { port, transport, services, servicesUnread }: Destination,
  ownerName: string | undefined,
  backends: BackendIndex,
): Fact<{ readonly what: string; readonly by: string } | undefined> {
  const candidates = transport === "tcp" ? onPort(port) : [];
  if (candidates.length === 0) return known(undefined);
  const names = [...services.flatMap((one) => [one.service.name, one.port.name ?? ""]), ownerName ?? ""];
  for (const { what, names: words } of candidates) {
    const name = names.find((text) => words.some((word) => holdsWord(text, word)));
    if (name !== undefined) return known({ what, by: `the name ${name}` });
  }
  if (services.length === 0 && servicesUnread !== undefined) return { state: "unknown", reason: servicesUnread };
  for (const { service } of services) {
    const images = backends.imagesOf(service);
    if (images.state === "unknown") return images;
    for (const { what, images: ends } of candidates) {
      const image = images.value.find((text) => ends.some((end) => endsIn(text, end)));
      if (image !== undefined) return known({ what, by: `image ${image}` });
    }
  }
  return known(undefined);
}

/** Whether the words stand in the name between dashes. */
const holdsWord = (name: string, word: string): boolean => `-${name.toLowerCase()}-`.includes(`-${word}-`);

/** Whether the image's path, without tag and digest, ends in these segments. */
const endsIn = (image: string, end: string): boolean => {
  const path = image
    .toLowerCase()
    .replace(/@.*$/, "")
    .replace(/:[^/:]*$/, "");
  return `/${path}`.endsWith(`/${end}`);
};
