import type { AnyCheck } from "../model/check.ts";
import { accountReadCompletely } from "./coverage/account-read-completely.ts";
import { clusterReadCompletely } from "./coverage/cluster-read-completely.ts";
import { clusterVersionSupported } from "./endpoint/cluster-version-supported.ts";
import { controlPlaneAuditLoggingEnabled } from "./endpoint/control-plane-audit-logging-enabled.ts";
import { endpointBlockedFromPods } from "./endpoint/endpoint-blocked-from-pods.ts";
import { endpointNotOpenToInternet } from "./endpoint/endpoint-not-open-to-internet.ts";
import { endpointPrivateAccessEnabled } from "./endpoint/endpoint-private-access-enabled.ts";
import { endpointPublicAccessDisabled } from "./endpoint/endpoint-public-access-disabled.ts";
import { endpointRangesAreTrusted } from "./endpoint/endpoint-ranges-are-trusted.ts";
import { endpointRefusesAnonymousRequests } from "./endpoint/endpoint-refuses-anonymous-requests.ts";
import { endpointSecurityGroupsRestrictAccess } from "./endpoint/endpoint-security-groups-restrict-access.ts";
import { secretsEncryptedWithKms } from "./endpoint/secrets-encrypted-with-kms.ts";
import { loadBalancerEncryptsTraffic } from "./load-balancer/load-balancer-encrypts-traffic.ts";
import { loadBalancerHasOwner } from "./load-balancer/load-balancer-has-owner.ts";
import { loadBalancerHidesSensitivePorts } from "./load-balancer/load-balancer-hides-sensitive-ports.ts";
import { loadBalancerInternalOrRestricted } from "./load-balancer/load-balancer-internal-or-restricted.ts";
import { loadBalancerMatchesDeclaration } from "./load-balancer/load-balancer-matches-declaration.ts";
import { loadBalancerRangesAreTrusted } from "./load-balancer/load-balancer-ranges-are-trusted.ts";
import { loadBalancerSourceRangesEnforced } from "./load-balancer/load-balancer-source-ranges-enforced.ts";
import { loadBalancerSubnetsFitScheme } from "./load-balancer/load-balancer-subnets-fit-scheme.ts";
import { serviceUsesNoExternalIps } from "./load-balancer/service-uses-no-external-ips.ts";
import { kubeletBlockedFromPods } from "./nodes/kubelet-blocked-from-pods.ts";
import { kubeletNotExposed } from "./nodes/kubelet-not-exposed.ts";
import { nodeHasNoPublicAddress } from "./nodes/node-has-no-public-address.ts";
import { nodePortsNotPublic } from "./nodes/node-ports-not-public.ts";
import { nodeSshNotPublic } from "./nodes/node-ssh-not-public.ts";
import { declaredFlowsHold } from "./pod-network/declared-flows-hold.ts";
import { hostNetworkPodsAreDeclared } from "./pod-network/host-network-pods-are-declared.ts";
import { instanceMetadataBlockedFromPods } from "./pod-network/instance-metadata-blocked-from-pods.ts";
import { namespacesAreIsolated } from "./pod-network/namespaces-are-isolated.ts";
import { networkPoliciesAreEnforced } from "./pod-network/network-policies-are-enforced.ts";
import { networkPoliciesRestrict } from "./pod-network/network-policies-restrict.ts";
import { networkPoliciesSelectPods } from "./pod-network/network-policies-select-pods.ts";
import { podsDenyEgressByDefault } from "./pod-network/pods-deny-egress-by-default.ts";
import { podsDenyIngressByDefault } from "./pod-network/pods-deny-ingress-by-default.ts";
import { podsIngressFromInternetDeclared } from "./pod-network/pods-ingress-from-internet-declared.ts";
import { podsInternetEgressRestricted } from "./pod-network/pods-internet-egress-restricted.ts";
import { windowsNodesAreSegmented } from "./pod-network/windows-nodes-are-segmented.ts";

/** Every check, in the order in which reports list them. */
export const checks: readonly AnyCheck[] = [
  endpointNotOpenToInternet,
  endpointRangesAreTrusted,
  endpointPrivateAccessEnabled,
  endpointPublicAccessDisabled,
  endpointRefusesAnonymousRequests,
  endpointSecurityGroupsRestrictAccess,
  endpointBlockedFromPods,
  controlPlaneAuditLoggingEnabled,
  clusterVersionSupported,
  secretsEncryptedWithKms,
  networkPoliciesAreEnforced,
  instanceMetadataBlockedFromPods,
  podsDenyIngressByDefault,
  podsDenyEgressByDefault,
  podsInternetEgressRestricted,
  podsIngressFromInternetDeclared,
  namespacesAreIsolated,
  networkPoliciesSelectPods,
  networkPoliciesRestrict,
  windowsNodesAreSegmented,
  hostNetworkPodsAreDeclared,
  declaredFlowsHold,
  kubeletBlockedFromPods,
  kubeletNotExposed,
  nodeHasNoPublicAddress,
  nodePortsNotPublic,
  nodeSshNotPublic,
  loadBalancerInternalOrRestricted,
  loadBalancerMatchesDeclaration,
  loadBalancerSourceRangesEnforced,
  loadBalancerRangesAreTrusted,
  loadBalancerEncryptsTraffic,
  loadBalancerHidesSensitivePorts,
  loadBalancerHasOwner,
  serviceUsesNoExternalIps,
  loadBalancerSubnetsFitScheme,
  clusterReadCompletely,
  accountReadCompletely,
];

/** The check with this id. */
export const checkById = (id: string): AnyCheck | undefined => checks.find((check) => check.id === id);
