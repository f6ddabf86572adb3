import { fixClusterVersionSupported } from "./endpoint/cluster-version-supported.ts";
import { fixControlPlaneAuditLoggingEnabled } from "./endpoint/control-plane-audit-logging-enabled.ts";
import { fixEndpointBlockedFromPods } from "./endpoint/endpoint-blocked-from-pods.ts";
import { fixEndpointNotOpenToInternet } from "./endpoint/endpoint-not-open-to-internet.ts";
import { fixEndpointPrivateAccessEnabled } from "./endpoint/endpoint-private-access-enabled.ts";
import { fixEndpointPublicAccessDisabled } from "./endpoint/endpoint-public-access-disabled.ts";
import { fixEndpointRangesAreTrusted } from "./endpoint/endpoint-ranges-are-trusted.ts";
import { fixEndpointRefusesAnonymousRequests } from "./endpoint/endpoint-refuses-anonymous-requests.ts";
import { fixEndpointSecurityGroupsRestrictAccess } from "./endpoint/endpoint-security-groups-restrict-access.ts";
import { fixSecretsEncryptedWithKms } from "./endpoint/secrets-encrypted-with-kms.ts";
import type { Fix } from "./fix.ts";
import { fixLoadBalancerEncryptsTraffic } from "./load-balancer/load-balancer-encrypts-traffic.ts";
import { fixLoadBalancerHasOwner } from "./load-balancer/load-balancer-has-owner.ts";
import { fixLoadBalancerHidesSensitivePorts } from "./load-balancer/load-balancer-hides-sensitive-ports.ts";
import { fixLoadBalancerInternalOrRestricted } from "./load-balancer/load-balancer-internal-or-restricted.ts";
import { fixLoadBalancerMatchesDeclaration } from "./load-balancer/load-balancer-matches-declaration.ts";
import { fixLoadBalancerRangesAreTrusted } from "./load-balancer/load-balancer-ranges-are-trusted.ts";
import { fixLoadBalancerSourceRangesEnforced } from "./load-balancer/load-balancer-source-ranges-enforced.ts";
import { fixLoadBalancerSubnetsFitScheme } from "./load-balancer/load-balancer-subnets-fit-scheme.ts";
import { fixServiceUsesNoExternalIps } from "./load-balancer/service-uses-no-external-ips.ts";
import { fixKubeletBlockedFromPods } from "./nodes/kubelet-blocked-from-pods.ts";
import { fixKubeletNotExposed } from "./nodes/kubelet-not-exposed.ts";
import { fixNodeHasNoPublicAddress } from "./nodes/node-has-no-public-address.ts";
import { fixNodePortsNotPublic } from "./nodes/node-ports-not-public.ts";
import { fixNodeSshNotPublic } from "./nodes/node-ssh-not-public.ts";
import { fixDeclaredFlowsHold } from "./pod-network/declared-flows-hold.ts";
import { fixHostNetworkPodsAreDeclared } from "./pod-network/host-network-pods-are-declared.ts";
import { fixInstanceMetadataBlockedFromPods } from "./pod-network/instance-metadata-blocked-from-pods.ts";
import { fixNamespacesAreIsolated } from "./pod-network/namespaces-are-isolated.ts";
import { fixNetworkPoliciesAreEnforced } from "./pod-network/network-policies-are-enforced.ts";
import { fixNetworkPoliciesRestrict } from "./pod-network/network-policies-restrict.ts";
import { fixNetworkPoliciesSelectPods } from "./pod-network/network-policies-select-pods.ts";
import { fixPodsDenyEgressByDefault } from "./pod-network/pods-deny-egress-by-default.ts";
import { fixPodsDenyIngressByDefault } from "./pod-network/pods-deny-ingress-by-default.ts";
import { fixPodsIngressFromInternetDeclared } from "./pod-network/pods-ingress-from-internet-declared.ts";
import { fixPodsInternetEgressRestricted } from "./pod-network/pods-internet-egress-restricted.ts";
import { fixWindowsNodesAreSegmented } from "./pod-network/windows-nodes-are-segmented.ts";

/** By the id of the check: what answers a plan for one of its fails. */
export const fixes: Readonly<Record<string, Fix>> = {
  "endpoint-not-open-to-internet": fixEndpointNotOpenToInternet,
  "endpoint-ranges-are-trusted": fixEndpointRangesAreTrusted,
  "endpoint-private-access-enabled": fixEndpointPrivateAccessEnabled,
  "endpoint-public-access-disabled": fixEndpointPublicAccessDisabled,
  "endpoint-refuses-anonymous-requests": fixEndpointRefusesAnonymousRequests,
  "endpoint-security-groups-restrict-access": fixEndpointSecurityGroupsRestrictAccess,
  "control-plane-audit-logging-enabled": fixControlPlaneAuditLoggingEnabled,
  "cluster-version-supported": fixClusterVersionSupported,
  "secrets-encrypted-with-kms": fixSecretsEncryptedWithKms,
  "kubelet-not-exposed": fixKubeletNotExposed,
  "node-has-no-public-address": fixNodeHasNoPublicAddress,
  "node-ports-not-public": fixNodePortsNotPublic,
  "node-ssh-not-public": fixNodeSshNotPublic,
  "endpoint-blocked-from-pods": fixEndpointBlockedFromPods,
  "kubelet-blocked-from-pods": fixKubeletBlockedFromPods,
  "pods-deny-ingress-by-default": fixPodsDenyIngressByDefault,
  "pods-deny-egress-by-default": fixPodsDenyEgressByDefault,
  "pods-internet-egress-restricted": fixPodsInternetEgressRestricted,
  "pods-ingress-from-internet-declared": fixPodsIngressFromInternetDeclared,
  "namespaces-are-isolated": fixNamespacesAreIsolated,
  "declared-flows-hold": fixDeclaredFlowsHold,
  "host-network-pods-are-declared": fixHostNetworkPodsAreDeclared,
  "network-policies-are-enforced": fixNetworkPoliciesAreEnforced,
  "windows-nodes-are-segmented": fixWindowsNodesAreSegmented,
  "network-policies-restrict": fixNetworkPoliciesRestrict,
  "network-policies-select-pods": fixNetworkPoliciesSelectPods,
  "instance-metadata-blocked-from-pods": fixInstanceMetadataBlockedFromPods,
  "load-balancer-internal-or-restricted": fixLoadBalancerInternalOrRestricted,
  "load-balancer-hides-sensitive-ports": fixLoadBalancerHidesSensitivePorts,
  "load-balancer-ranges-are-trusted": fixLoadBalancerRangesAreTrusted,
  "load-balancer-has-owner": fixLoadBalancerHasOwner,
  "load-balancer-subnets-fit-scheme": fixLoadBalancerSubnetsFitScheme,
  "load-balancer-matches-declaration": fixLoadBalancerMatchesDeclaration,
  "load-balancer-source-ranges-enforced": fixLoadBalancerSourceRangesEnforced,
  "load-balancer-encrypts-traffic": fixLoadBalancerEncryptsTraffic,
  "service-uses-no-external-ips": fixServiceUsesNoExternalIps,
};

/** By the id of the check: why it has no fix, in a sentence. */
export const withoutFix: Readonly<Record<string, string>> = {
  "cluster-read-completely": "What to grant or to mend stands in the finding, read by read: nothing in the facts would show it done.",
  "account-read-completely": "What to grant or to mend stands in the finding: nothing in the facts of a cluster would show it done.",
};

/** Whether `fix` may have something to type for the check's fails. */
export const hasFix = (check: string): boolean => Object.hasOwn(fixes, check);
