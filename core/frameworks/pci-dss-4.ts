import type { Framework } from "./framework.ts";

/** The requirements that bear on reach; titles in our own words. */
export const pciDss4: Framework = {
  id: "pci-dss-4.0.1",
  title: "PCI DSS 4.0.1",
  source: "https://www.pcisecuritystandards.org/document_library/",
  requirements: [
    { id: "1.2.1", title: "Rules of network controls follow a standard", manual: "The standard is the organization's own." },
    {
      id: "1.2.5",
      title: "Every allowed service, protocol and port is approved",
      checks: ["host-network-pods-are-declared", "load-balancer-hides-sensitive-ports"],
    },
    { id: "1.2.6", title: "Insecure services are secured", checks: ["load-balancer-encrypts-traffic"] },
    {
      id: "1.2.7",
      title: "Network controls are reviewed every six months",
      manual: "The reports serve such a review; that it takes place is the organization's own.",
    },
    {
      id: "1.2.8",
      title: "What is configured is what is active",
      checks: ["load-balancer-matches-declaration", "load-balancer-source-ranges-enforced", "network-policies-are-enforced"],
    },
    {
      id: "1.3.1",
      title: "Inbound traffic is restricted to what is necessary",
      checks: [
        "endpoint-not-open-to-internet",
        "endpoint-ranges-are-trusted",
        "endpoint-security-groups-restrict-access",
        "load-balancer-internal-or-restricted",
        "load-balancer-ranges-are-trusted",
        "kubelet-not-exposed",
        "node-ports-not-public",
        "node-ssh-not-public",
      ],
    },
    { id: "1.3.2", title: "Outbound traffic is restricted to what is necessary", notCovered: "No check judges where pods may connect to." },
    {
      id: "1.4.1",
      title: "Network controls stand between trusted and untrusted networks",
      checks: [
        "endpoint-security-groups-restrict-access",
        "load-balancer-source-ranges-enforced",
        "load-balancer-subnets-fit-scheme",
        "node-ports-not-public",
      ],
    },
    {
      id: "1.4.2",
      title: "Untrusted networks reach only what is meant to be public",
      checks: ["load-balancer-internal-or-restricted", "node-ports-not-public", "service-uses-no-external-ips"],
    },
    {
      id: "1.4.4",
      title: "What stores cardholder data is not reached from untrusted networks",
      checks: ["endpoint-public-access-disabled", "load-balancer-hides-sensitive-ports", "node-has-no-public-address"],
    },
    { id: "1.4.5", title: "Internal addresses are disclosed to authorized parties only", notCovered: "What answers disclose is not read." },
    { id: "2.2.1", title: "Components are configured by a standard", manual: "The standard is the organization's own." },
    {
      id: "2.2.4",
      title: "Only necessary services and functions are enabled",
      checks: ["kubelet-not-exposed", "node-ssh-not-public", "load-balancer-hides-sensitive-ports"],
    },
    { id: "2.2.6", title: "Security parameters prevent misuse", checks: ["instance-metadata-blocked-from-pods"] },
    {
      id: "2.2.7",
      title: "Administrative access over the network is encrypted",
      manual: "The Kubernetes API is always TLS; other consoles are the workloads' own.",
    },
    {
      id: "3.5.1",
      title: "Stored account numbers are unreadable",
      manual: "What applications store is not read; of Kubernetes Secrets see 3.6.1.",
    },
    { id: "3.6.1", title: "Keys are protected", checks: ["secrets-encrypted-with-kms"] },
    { id: "4.2.1", title: "Traffic over open networks is encrypted", checks: ["load-balancer-encrypts-traffic"] },
    { id: "6.3.1", title: "Vulnerabilities are identified", notCovered: "Image registries are not read." },
    { id: "6.3.3", title: "Known vulnerabilities are patched", checks: ["cluster-version-supported"] },
    { id: "7.2.1", title: "An access control model is defined", manual: "The model is the organization's own." },
    { id: "7.2.2", title: "Access is the least that a job needs", checks: ["endpoint-refuses-anonymous-requests"] },
    {
      id: "7.2.5",
      title: "System and application accounts have the least privilege",
      notCovered: "No check judges what workloads' accounts may.",
    },
    { id: "7.3.3", title: "Access is denied unless it is granted", checks: ["endpoint-refuses-anonymous-requests"] },
    { id: "8.2.1", title: "Every user has an identity", checks: ["endpoint-refuses-anonymous-requests"] },
    { id: "8.3.2", title: "Stored authentication factors are encrypted", checks: ["secrets-encrypted-with-kms"] },
    { id: "10.2.1", title: "Audit logs are active", checks: ["control-plane-audit-logging-enabled"] },
    { id: "10.3.2", title: "Audit logs are protected", notCovered: "Who may change the logs' group is not read." },
    { id: "10.4.1", title: "Audit logs are reviewed daily", manual: "Reading the logs is the work of people and of other systems." },
    { id: "10.5.1", title: "Audit logs are kept for twelve months", notCovered: "The logs' retention is not read." },
    {
      id: "11.4.5",
      title: "Segmentation is tested",
      manual: "A penetration test proves it; declared flows are judged from configuration alone.",
    },
    { id: "12.3.4", title: "Technologies in use are still supported", checks: ["cluster-version-supported"] },
  ],
};
