/** What EKS, its add-ons and the network engines run in a cluster, as data. */

/** Pods that belong to the platform: all three have to hold, and every image has to be of one of the repositories. */
export interface SystemWorkload {
  readonly namespaces: readonly string[];
  /** Of the top controller. */
  readonly kind: "DaemonSet" | "Deployment";
  /** Patterns of repositories, in which `*` stands for any characters. "eks:" is EKS's own registry in any Region. */
  readonly images: readonly string[];
}

/** When the table was last compared with its sources. */
export const systemTableDate = "2026-11-26";

/** Container Storage Interface sidecars that every storage add-on brings. */
const storageSidecars = [
  "eks:eks/csi-*",
  "eks:eks/livenessprobe",
  "public.ecr.aws/csi-components/*",
  "public.ecr.aws/eks-distro/*",
  "registry.k8s.io/sig-storage/*",
];
const ebs = [...storageSidecars, "eks:eks/aws-ebs-csi-driver", "eks:eks/volume-modifier-for-k8s", "public.ecr.aws/ebs-csi-driver/*"];
const efs = [...storageSidecars, "eks:eks/aws-efs-csi-driver", "public.ecr.aws/efs-csi-driver/amazon/aws-efs-csi-driver"];
const cloudWatch = [
  "eks:eks/observability/*",
  "public.ecr.aws/cloudwatch-agent/*",
  "public.ecr.aws/aws-observability/aws-for-fluent-bit",
  "docker.io/amazon/cloudwatch-agent",
  "docker.io/amazon/aws-for-fluent-bit",
];
const calico = ["docker.io/calico/*", "quay.io/calico/*"];
const cilium = ["quay.io/cilium/*"];

/**
 * Sources: Amazon EKS User Guide, "AWS add-ons" and "Networking add-ons"; the charts of aws/eks-charts, aws/amazon-vpc-cni-k8s,
 * kubernetes-sigs/aws-ebs-csi-driver, aws-efs-csi-driver, aws-load-balancer-controller and metrics-server,
 * aws/eks-pod-identity-agent, aws/eks-node-monitoring-agent, aws/karpenter-provider-aws, aws-observability/helm-charts;
 * GuardDuty User Guide, "Amazon ECR repository hosting GuardDuty agent"; projectcalico/calico manifests, tigera/operator;
 * cilium/cilium install/kubernetes/cilium.
 */
export const systemTable: readonly SystemWorkload[] = [
  {
    namespaces: ["kube-system"],
    kind: "DaemonSet",
    images: ["eks:amazon-k8s-cni", "eks:amazon-k8s-cni-init", "eks:amazon/aws-network-policy-agent", "public.ecr.aws/eks/amazon-k8s-cni*"],
  },
  {
    namespaces: ["kube-system"],
    kind: "DaemonSet",
    images: ["eks:eks/kube-proxy*", "public.ecr.aws/eks-distro/kubernetes/kube-proxy", "registry.k8s.io/kube-proxy"],
  },
  {
    namespaces: ["kube-system"],
    kind: "Deployment",
    images: ["eks:eks/coredns", "public.ecr.aws/eks-distro/coredns/coredns", "registry.k8s.io/coredns/coredns"],
  },
  {
    namespaces: ["kube-system"],
    kind: "Deployment",
    images: [
      "eks:eks/metrics-server",
      "public.ecr.aws/eks-distro/kubernetes-sigs/metrics-server",
      "registry.k8s.io/metrics-server/metrics-server",
    ],
  },
  {
    namespaces: ["kube-system"],
    kind: "DaemonSet",
    images: ["eks:eks/eks-pod-identity-agent", "public.ecr.aws/eks/eks-pod-identity-agent"],
  },
  {
    namespaces: ["kube-system"],
    kind: "DaemonSet",
    images: ["eks:eks/eks-node-monitoring-agent", "eks:eks/observability/dcgm-exporter", "public.ecr.aws/eks/eks-node-monitoring-agent"],
  },
  { namespaces: ["kube-system"], kind: "DaemonSet", images: ebs },
  { namespaces: ["kube-system"], kind: "Deployment", images: ebs },
  { namespaces: ["kube-system"], kind: "DaemonSet", images: efs },
  { namespaces: ["kube-system"], kind: "Deployment", images: efs },
  {
    namespaces: ["kube-system"],
    kind: "Deployment",
    images: ["eks:eks/snapshot-controller", "registry.k8s.io/sig-storage/snapshot-controller"],
  },
  {
    namespaces: ["kube-system"],
    kind: "Deployment",
    images: [
      "eks:amazon/aws-load-balancer-controller",
      "eks:eks/aws-load-balancer-controller",
      "public.ecr.aws/eks/aws-load-balancer-controller",
    ],
  },
  { namespaces: ["kube-system", "karpenter"], kind: "Deployment", images: ["public.ecr.aws/karpenter/controller"] },
  { namespaces: ["kube-system"], kind: "Deployment", images: ["registry.k8s.io/autoscaling/cluster-autoscaler"] },
  { namespaces: ["amazon-cloudwatch"], kind: "DaemonSet", images: cloudWatch },
  { namespaces: ["amazon-cloudwatch"], kind: "Deployment", images: cloudWatch },
  { namespaces: ["amazon-guardduty"], kind: "DaemonSet", images: ["eks:*"] },
  { namespaces: ["kube-system", "calico-system"], kind: "DaemonSet", images: calico },
  { namespaces: ["kube-system", "calico-system", "calico-apiserver"], kind: "Deployment", images: calico },
  { namespaces: ["tigera-operator"], kind: "Deployment", images: ["quay.io/tigera/operator"] },
  { namespaces: ["kube-system", "cilium"], kind: "DaemonSet", images: cilium },
  { namespaces: ["kube-system", "cilium"], kind: "Deployment", images: cilium },
];
