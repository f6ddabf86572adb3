import type { Manifest } from "./admin.ts";

const shop = { namespace: "shop" };
const ports = [{ port: 443 }];
const rbac = "rbac.authorization.k8s.io";

/** What a pod may ask for, without a word too many. */
const podSpec = {
  initContainers: [
    { name: "migrate", image: "migrate:1" },
    { name: "proxy", image: "proxy:1", restartPolicy: "Always", ports: [{ containerPort: 15001 }] },
  ],
  containers: [
    {
      name: "aws-node",
      image: "aws-node:1",
      args: ["--cluster-name", "twin", "--password=hunter2"],
      env: [
        { name: "ENABLE_POD_ENI", value: "true" },
        { name: "NETWORK_POLICY_ENFORCING_MODE" },
        { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
      ],
      ports: [{ containerPort: 8080 }, { name: "dns", containerPort: 53, protocol: "UDP", hostPort: 53 }],
      securityContext: { privileged: true, capabilities: { add: ["NET_ADMIN"] } },
    },
  ],
  volumes: [{ name: "root", hostPath: { path: "/" } }],
};
const template = { metadata: { labels: { app: "web" } }, spec: podSpec };
const ending = { ...template, spec: { ...podSpec, restartPolicy: "Never" } };
const selector = { matchLabels: { app: "web" } };
const controlled = {
  ownerReferences: [
    { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web", uid: "6b1f0d5e-0000-4000-8000-000000000001", controller: true },
  ],
};

/** Objects of every kind that the product lists, as people write them, so that an API server fills in what they leave out. */
export const everyKind: readonly (readonly [plural: string, object: Manifest, status?: object])[] = [
  ["namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } }],
  ["services", { apiVersion: "v1", kind: "Service", metadata: { ...shop, name: "plain" }, spec: { ports } }],
  [
    "services",
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...shop, name: "headless" },
      spec: { clusterIP: "None", ports: [{ port: 80, targetPort: "http" }] },
    },
  ],
  [
    "services",
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        ...shop,
        name: "balanced",
        labels: { app: "web" },
        annotations: { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" },
      },
      spec: {
        type: "LoadBalancer",
        loadBalancerClass: "service.k8s.aws/nlb",
        loadBalancerSourceRanges: ["10.0.0.0/8"],
        externalTrafficPolicy: "Local",
        selector: { app: "web" },
        ports: [
          { name: "https", port: 443, targetPort: 8443, nodePort: 30443 },
          { name: "dns", port: 53, protocol: "UDP", nodePort: 30053 },
        ],
      },
    },
    { loadBalancer: { ingress: [{ hostname: "balanced-0123456789abcdef.elb.eu-west-1.amazonaws.com" }] } },
  ],
  [
    "services",
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...shop, name: "ported" },
      spec: { type: "NodePort", externalIPs: ["198.51.100.7"], ports: [{ port: 80, nodePort: 30080 }] },
    },
  ],
  [
    "services",
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...shop, name: "elsewhere" },
      spec: { type: "ExternalName", externalName: "example.com" },
    },
  ],
  [
    "ingressclasses",
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "IngressClass",
      metadata: { name: "alb", annotations: { "ingressclass.kubernetes.io/is-default-class": "true" } },
      spec: { controller: "ingress.k8s.aws/alb", parameters: { apiGroup: "elbv2.k8s.aws", kind: "IngressClassParams", name: "public" } },
    },
  ],
  [
    "ingresses",
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { ...shop, name: "web" },
      spec: {
        ingressClassName: "alb",
        defaultBackend: { service: { name: "plain", port: { number: 443 } } },
        rules: [
          {
            host: "shop.example",
            http: { paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "balanced", port: { name: "https" } } } }] },
          },
        ],
      },
    },
    { loadBalancer: { ingress: [{ hostname: "web-1.eu-west-1.elb.amazonaws.com" }] } },
  ],
  [
    "ingressclassparams",
    {
      apiVersion: "elbv2.k8s.aws/v1beta1",
      kind: "IngressClassParams",
      metadata: { name: "public" },
      spec: { scheme: "internet-facing", group: { name: "edge" } },
    },
  ],
  [
    "gatewayclasses",
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "GatewayClass",
      metadata: { name: "alb" },
      spec: { controllerName: "gateway.k8s.aws/alb" },
    },
  ],
  [
    "gateways",
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: { ...shop, name: "edge" },
      spec: {
        gatewayClassName: "alb",
        listeners: [{ name: "https", port: 443, protocol: "HTTPS" }],
        infrastructure: { parametersRef: { group: "gateway.k8s.aws", kind: "LoadBalancerConfiguration", name: "public" } },
      },
      status: { addresses: [{ type: "Hostname", value: "Edge-1.eu-west-1.elb.amazonaws.com" }] },
    },
  ],
  [
    "httproutes",
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { ...shop, name: "way-in" },
      spec: { parentRefs: [{ name: "edge" }], rules: [{ backendRefs: [{ name: "plain", port: 443 }] }] },
    },
  ],
  [
    "grpcroutes",
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "GRPCRoute",
      metadata: { ...shop, name: "way-in" },
      spec: { parentRefs: [{ name: "edge" }], rules: [{ backendRefs: [{ name: "plain", port: 443 }] }] },
    },
  ],
  [
    "tlsroutes",
    {
      apiVersion: "gateway.networking.k8s.io/v1alpha2",
      kind: "TLSRoute",
      metadata: { ...shop, name: "way-in" },
      spec: { parentRefs: [{ name: "edge" }], rules: [{ backendRefs: [{ name: "plain", port: 443 }] }] },
    },
  ],
  [
    "tcproutes",
    {
      apiVersion: "gateway.networking.k8s.io/v1alpha2",
      kind: "TCPRoute",
      metadata: { ...shop, name: "way-in" },
      spec: { parentRefs: [{ name: "edge" }], rules: [{ backendRefs: [{ name: "plain", port: 443 }] }] },
    },
  ],
  [
    "udproutes",
    {
      apiVersion: "gateway.networking.k8s.io/v1alpha2",
      kind: "UDPRoute",
      metadata: { ...shop, name: "way-in" },
      spec: { parentRefs: [{ name: "edge" }], rules: [{ backendRefs: [{ name: "plain", port: 443 }] }] },
    },
  ],
  [
    "loadbalancerconfigurations",
    {
      apiVersion: "gateway.k8s.aws/v1beta1",
      kind: "LoadBalancerConfiguration",
      metadata: { ...shop, name: "public" },
      spec: { scheme: "internet-facing", sourceRanges: [] },
    },
  ],
  [
    "targetgroupbindings",
    {
      apiVersion: "elbv2.k8s.aws/v1beta1",
      kind: "TargetGroupBinding",
      metadata: { ...shop, name: "bound" },
      spec: { serviceRef: { name: "plain", port: 443 }, targetGroupName: "web" },
    },
  ],
  [
    "targetgroupbindings",
    {
      apiVersion: "eks.amazonaws.com/v1",
      kind: "TargetGroupBinding",
      metadata: { ...shop, name: "bound" },
      spec: {
        serviceRef: { name: "plain", port: 443 },
        targetGroupARN: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/0123456789abcdef",
      },
    },
  ],
  [
    "nodes",
    {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "ip-10-0-0-7", labels: { "eks.amazonaws.com/nodegroup": "web" } },
      spec: { providerID: "aws:///eu-west-1a/i-0123456789abcdef0" },
    },
    {
      addresses: [
        { type: "InternalIP", address: "10.0.0.7" },
        { type: "ExternalIP", address: "198.51.100.7" },
      ],
      conditions: [{ type: "Ready", status: "True" }],
      nodeInfo: { kubeletVersion: "v1.36.3-eks-1234567", operatingSystem: "linux" },
    },
  ],
  [
    "pods",
    { apiVersion: "v1", kind: "Pod", metadata: { ...shop, name: "web-1", labels: { app: "web" }, ...controlled }, spec: podSpec },
    { phase: "Running", hostIP: "10.0.0.7", podIP: "10.0.1.9", podIPs: [{ ip: "10.0.1.9" }] },
  ],
  [
    "pods",
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { ...shop, name: "on-host", annotations: { "vpc.amazonaws.com/pod-eni": '[{"eniId":"eni-1"}]' } },
      spec: { ...podSpec, serviceAccountName: "host", nodeName: "ip-10-0-0-7", hostNetwork: true, hostPID: true },
    },
  ],
  [
    "networkpolicies",
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { ...shop, name: "web" },
      spec: {
        podSelector: selector,
        ingress: [
          { from: [{ namespaceSelector: {} }, { ipBlock: { cidr: "10.0.0.0/8" } }], ports: [{ port: "dns" }, { port: 80, endPort: 90 }] },
        ],
      },
    },
  ],
  [
    "adminnetworkpolicies",
    {
      apiVersion: "policy.networking.k8s.io/v1alpha1",
      kind: "AdminNetworkPolicy",
      metadata: { name: "web" },
      spec: { priority: 7, subject: { namespaces: {} }, ingress: [{ action: "Deny", from: [{ namespaces: {} }] }] },
    },
  ],
  [
    "baselineadminnetworkpolicies",
    {
      apiVersion: "policy.networking.k8s.io/v1alpha1",
      kind: "BaselineAdminNetworkPolicy",
      metadata: { name: "web" },
      spec: { subject: { namespaces: {} } },
    },
  ],
  [
    "clusternetworkpolicies",
    {
      apiVersion: "policy.networking.k8s.io/v1alpha2",
      kind: "ClusterNetworkPolicy",
      metadata: { name: "web" },
      spec: { tier: "Admin", priority: 7, subject: { namespaces: {} }, egress: [{ action: "Deny", to: [{ networks: ["10.0.0.0/8"] }] }] },
    },
  ],
  [
    "clusternetworkpolicies",
    {
      apiVersion: "networking.k8s.aws/v1alpha1",
      kind: "ClusterNetworkPolicy",
      metadata: { name: "web" },
      spec: { tier: "Baseline", priority: 7, subject: { namespaces: {} } },
    },
  ],
  [
    "applicationnetworkpolicies",
    {
      apiVersion: "networking.k8s.aws/v1alpha1",
      kind: "ApplicationNetworkPolicy",
      metadata: { ...shop, name: "web" },
      spec: { podSelector: selector, egress: [{ to: [{ domainNames: ["*.example.com"] }] }] },
    },
  ],
  [
    "networkpolicies",
    {
      apiVersion: "projectcalico.org/v3",
      kind: "NetworkPolicy",
      metadata: { ...shop, name: "web" },
      spec: { order: 7.5, selector: "all()", ingress: [{ action: "Allow", source: { nets: ["10.0.0.0/8"] } }] },
    },
  ],
  [
    "globalnetworkpolicies",
    {
      apiVersion: "projectcalico.org/v3",
      kind: "GlobalNetworkPolicy",
      metadata: { name: "web" },
      spec: { tier: "web", types: ["Egress"] },
    },
  ],
  ["tiers", { apiVersion: "projectcalico.org/v3", kind: "Tier", metadata: { name: "web" }, spec: { order: 100 } }],
  [
    "networksets",
    { apiVersion: "projectcalico.org/v3", kind: "NetworkSet", metadata: { ...shop, name: "web" }, spec: { nets: ["10.0.0.0/8"] } },
  ],
  ["globalnetworksets", { apiVersion: "projectcalico.org/v3", kind: "GlobalNetworkSet", metadata: { name: "web", labels: { a: "b" } } }],
  [
    "ciliumnetworkpolicies",
    {
      apiVersion: "cilium.io/v2",
      kind: "CiliumNetworkPolicy",
      metadata: { ...shop, name: "web" },
      spec: { endpointSelector: {}, ingress: [{ fromEntities: ["cluster"] }] },
    },
  ],
  [
    "ciliumclusterwidenetworkpolicies",
    {
      apiVersion: "cilium.io/v2",
      kind: "CiliumClusterwideNetworkPolicy",
      metadata: { name: "web" },
      specs: [{ endpointSelector: {}, egress: [{ toEntities: ["world"] }] }],
    },
  ],
  [
    "securitygrouppolicies",
    {
      apiVersion: "vpcresources.k8s.aws/v1beta1",
      kind: "SecurityGroupPolicy",
      metadata: { ...shop, name: "web" },
      spec: { podSelector: selector, securityGroups: { groupIds: ["sg-0123456789abcdef0"] } },
    },
  ],
  [
    "nodeclasses",
    { apiVersion: "eks.amazonaws.com/v1", kind: "NodeClass", metadata: { name: "web" }, spec: { networkPolicy: "DefaultDeny" } },
  ],
  [
    "configmaps",
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace: "kube-system", name: "amazon-vpc-cni" },
      data: { "enable-network-policy-controller": "true", password: "hunter2" },
    },
  ],
  ["deployments", { apiVersion: "apps/v1", kind: "Deployment", metadata: { ...shop, name: "web" }, spec: { selector, template } }],
  [
    "statefulsets",
    { apiVersion: "apps/v1", kind: "StatefulSet", metadata: { ...shop, name: "web" }, spec: { selector, template, replicas: 0 } },
  ],
  ["daemonsets", { apiVersion: "apps/v1", kind: "DaemonSet", metadata: { ...shop, name: "web" }, spec: { selector, template } }],
  [
    "replicasets",
    {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: { ...shop, name: "web", ...controlled },
      spec: { selector, template, replicas: 3 },
    },
  ],
  ["replicationcontrollers", { apiVersion: "v1", kind: "ReplicationController", metadata: { ...shop, name: "web" }, spec: { template } }],
  [
    "jobs",
    // Its own selector: else the server labels its pods with a uid of its choice.
    { apiVersion: "batch/v1", kind: "Job", metadata: { ...shop, name: "web" }, spec: { selector, manualSelector: true, template: ending } },
  ],
  [
    "cronjobs",
    {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { ...shop, name: "web" },
      spec: { schedule: "@daily", jobTemplate: { spec: { template: ending } } },
    },
  ],
  [
    "roles",
    {
      apiVersion: `${rbac}/v1`,
      kind: "Role",
      metadata: { ...shop, name: "web" },
      rules: [{ apiGroups: [""], resources: ["pods"], resourceNames: ["web-1"], verbs: ["get"] }],
    },
  ],
  [
    "clusterroles",
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRole",
      metadata: { name: "web" },
      rules: [{ nonResourceURLs: ["/metrics"], verbs: ["get"] }],
    },
  ],
  [
    "rolebindings",
    {
      apiVersion: `${rbac}/v1`,
      kind: "RoleBinding",
      metadata: { ...shop, name: "web" },
      roleRef: { apiGroup: rbac, kind: "Role", name: "web" },
      subjects: [{ kind: "ServiceAccount", name: "web", namespace: "shop" }],
    },
  ],
  [
    "clusterrolebindings",
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name: "web" },
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name: "web" },
      subjects: [
        { kind: "User", name: "system:anonymous" },
        { kind: "Group", name: "system:authenticated" },
      ],
    },
  ],
];
