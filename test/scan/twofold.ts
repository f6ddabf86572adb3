/** An estate with more of everything, so that every list has a second item, and with pages of one item a second page. */
import { kubernetesKinds } from "../../core/collect/kubernetes/kinds.ts";
import { kubernetesReads } from "../../core/collect/reads.ts";
import { type Estate, type EstateInput, parseEstate } from "../../sandbox/estate.ts";
import type { KubernetesObject } from "../../sandbox/kubernetes/objects.ts";

type Account = EstateInput["accounts"][number];
type Region = NonNullable<NonNullable<Account["regions"]>[string]>;
type Cluster = NonNullable<Region["clusters"]>[number];

/** @param place whose first VPC and whose named cluster get more */
export function twofold(estate: Estate, place: { readonly account: string; readonly region: string; readonly name: string }): Estate {
  const regionOf = (region: Region): Region => ({
    ...region,
    // Lets everybody in all the same, and lists what is excluded only while it is on.
    blockPublicAccess: {
      mode: "block-ingress",
      exclusions: (region.vpcs ?? []).flatMap(({ id, subnets = [] }) =>
        [id, ...subnets.map((subnet) => subnet.id)].map((resource) => ({ resource, mode: "allow-bidirectional" as const })),
      ),
    },
    vpcs: (region.vpcs ?? []).map((vpc, i) => (i === 0 ? { ...vpc, networkAcls: [...(vpc.networkAcls ?? []), { id: "acl-idle" }] } : vpc)),
    loadBalancers: [...(region.loadBalancers ?? []), { name: "classic-of-others", type: "classic", listeners: [{ port: 443 }] }],
    clusters: (region.clusters ?? []).map((cluster) => (cluster.name === place.name ? clusterOf(cluster) : cluster)),
  });
  // Anything that was parsed may be parsed again; a stub of a fault may not be there twice.
  const input = estate as unknown as EstateInput;
  return parseEstate({
    ...input,
    accounts: input.accounts.map((account) =>
      account.id === place.account
        ? {
            ...account,
            regions: Object.fromEntries(
              Object.entries(account.regions ?? {}).map(([name, region]) => [
                name,
                name === place.region ? regionOf(region ?? {}) : region,
              ]),
            ),
          }
        : account,
    ),
  });
}

const clusterOf = (cluster: Cluster): Cluster => ({
  ...cluster,
  nodeGroups: [...(cluster.nodeGroups ?? []), { name: "second" }],
  addOns: [...(cluster.addOns ?? []), { name: "second" }],
  objects: [...(cluster.objects ?? []), ...(everyKindTwice() as NonNullable<Cluster["objects"]>)],
});

const template = { metadata: { labels: { app: "more" } }, spec: { containers: [{ name: "more", image: "registry.example/more:1" }] } };
const clusterScoped: ReadonlySet<string> = new Set([
  "Namespace",
  "Node",
  "IngressClass",
  "IngressClassParams",
  "GatewayClass",
  "ClusterRole",
  "ClusterRoleBinding",
  "AdminNetworkPolicy",
  "BaselineAdminNetworkPolicy",
  "ClusterNetworkPolicy",
  "GlobalNetworkPolicy",
  "Tier",
  "GlobalNetworkSet",
  "CiliumClusterwideNetworkPolicy",
  "NodeClass",
]);
/** They select nobody. */
const subject = { namespaces: { matchLabels: { team: "nobody" } } };
const selectsNobody = { spec: { podSelector: { matchLabels: { app: "nobody" } } } };
const calicoSelectsNobody = { spec: { selector: "app == 'nobody'" } };
/** What the fields that have to be there say. */
const bodies: Readonly<Record<string, object>> = {
  Ingress: { spec: { ingressClassName: "of-nobody", defaultBackend: { service: { name: "more", port: { number: 80 } } } } },
  IngressClass: { spec: { controller: "example.com/of-nobody" } },
  GatewayClass: { spec: { controllerName: "example.com/of-nobody" } },
  Gateway: { spec: { gatewayClassName: "more-1", listeners: [{ name: "web", port: 80, protocol: "HTTP" }] } },
  LoadBalancerConfiguration: { spec: {} },
  TargetGroupBinding: {
    spec: {
      targetGroupARN: "arn:aws:elasticloadbalancing:eu-west-1:303030303030:targetgroup/elsewhere/1",
      serviceRef: { name: "more", port: 80 },
    },
  },
  NetworkPolicy: selectsNobody,
  ApplicationNetworkPolicy: selectsNobody,
  AdminNetworkPolicy: { spec: { priority: 7, subject } },
  BaselineAdminNetworkPolicy: { spec: { subject } },
  ClusterNetworkPolicy: { spec: { tier: "Admin", priority: 7, subject } },
  GlobalNetworkPolicy: calicoSelectsNobody,
  "NetworkPolicy.projectcalico.org": calicoSelectsNobody,
  CiliumNetworkPolicy: { spec: { endpointSelector: { matchLabels: { app: "nobody" } }, ingress: [{}] } },
  CiliumClusterwideNetworkPolicy: { spec: { endpointSelector: { matchLabels: { app: "nobody" } }, ingress: [{}] } },
  Tier: { spec: { order: 100 } },
  NetworkSet: { spec: { nets: [] } },
  GlobalNetworkSet: { spec: { nets: [] } },
  SecurityGroupPolicy: { spec: { podSelector: { matchLabels: { app: "nobody" } }, securityGroups: { groupIds: [] } } },
  NodeClass: { spec: {} },
  Service: { spec: { ports: [{ port: 80 }], selector: { app: "more" } } },
  Pod: { spec: template.spec },
  Job: { spec: { template } },
  CronJob: { spec: { schedule: "0 0 * * *", jobTemplate: { spec: { template } } } },
  Role: { rules: [] },
  ClusterRole: { rules: [] },
  RoleBinding: { roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "more-1" }, subjects: [] },
  ClusterRoleBinding: { roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "more-1" }, subjects: [] },
};

const everyKindTwice = (): readonly KubernetesObject[] =>
  Object.values(kubernetesKinds)
    .flat()
    // Where a group is served, what it stores is not read.
    .filter(({ unlessServedAs }) => unlessServedAs === undefined)
    .flatMap(({ read, kind, versions: [version] }) => {
      const { group } = kubernetesReads[read];
      return ["more-1", "more-2"].map((name) => ({
        apiVersion: group === "" ? version : `${group}/${version}`,
        kind,
        metadata: { name, ...(clusterScoped.has(kind) ? {} : { namespace: "default" }) },
        ...(bodies[`${kind}.${group}`] ?? bodies[kind] ?? { spec: { selector: { matchLabels: template.metadata.labels }, template } }),
      }));
    });
