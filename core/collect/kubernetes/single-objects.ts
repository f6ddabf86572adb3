/** Objects that are read by name, as nothing else of their kind may be seen: the ConfigMaps of a cluster hold anything. */
import type * as z from "zod";
import type { ClusterFacts } from "../../model/cluster.ts";
import { type Fact, known } from "../../model/fact.ts";
import type { ApiServerAddresses, NamedSettings, NetworkSettings } from "../../model/pod-network.ts";
import type { KubernetesObjectName, KubernetesReadName } from "../reads.ts";
import { namedSettingsObject } from "./parse-config-map.ts";
import { EndpointSliceObject } from "./parse-endpoint-slice.ts";

export interface SingleObject<T> {
  readonly read: KubernetesReadName;
  readonly version: string;
  readonly object: z.ZodType<T>;
  /** What it means that there is none; undefined where there always is one. */
  readonly absent?: T;
}

const configMap = (read: KubernetesReadName, keys: readonly string[]): SingleObject<NamedSettings> => ({
  read,
  version: "v1",
  object: namedSettingsObject(keys),
  absent: { isPresent: false, values: {} },
});

/** Sources: aws/amazon-network-policy-controller-k8s pkg/utils/configmap/configmap.go; cilium/cilium pkg/option/config.go. */
const vpcCni = configMap("kubernetes:get configmaps kube-system/amazon-vpc-cni", ["enable-network-policy-controller"]);
const cilium = configMap("kubernetes:get configmaps kube-system/cilium-config", [
  "enable-policy",
  "enable-host-firewall",
  "policy-cidr-match-mode",
  "allow-localhost",
  "policy-audit-mode",
  "labels",
  "enable-k8s-networkpolicy",
  "enable-cilium-network-policy",
  "enable-cilium-clusterwide-network-policy",
  "enable-k8s-cluster-network-policy",
]);
const apiServer: SingleObject<ApiServerAddresses> = {
  read: "kubernetes:get endpointslices default/kubernetes",
  version: "v1",
  object: EndpointSliceObject,
};

/** What a read answered. */
export type Answers = <T>(read: KubernetesReadName) => Fact<T>;

/** Which objects each of those facts is made of, and how. */
export const singleObjects: {
  readonly [N in KubernetesObjectName]: {
    readonly objects: readonly SingleObject<unknown>[];
    readonly make: (answer: Answers) => ClusterFacts[N];
  };
} = {
  networkSettings: {
    objects: [vpcCni, cilium],
    make: (answer): Fact<NetworkSettings> => {
      const [ofVpcCni, ofCilium] = [answer<NamedSettings>(vpcCni.read), answer<NamedSettings>(cilium.read)];
      // One that was not read leaves the other what it is.
      return ofVpcCni.state === "unknown" && ofCilium.state === "unknown" ? ofVpcCni : known({ vpcCni: ofVpcCni, cilium: ofCilium });
    },
  },
  apiServerAddresses: { objects: [apiServer], make: (answer) => answer<ApiServerAddresses>(apiServer.read) },
};
