import type { About } from "../../model/check.ts";
import { difference, isCidr, isEmpty, parseCidrs } from "../../net/addresses.ts";

interface VpcConfig {
  readonly endpointPublicAccess?: boolean;
  readonly endpointPrivateAccess?: boolean;
  readonly publicAccessCidrs?: readonly string[];
}

/** The command that changes how this cluster's endpoint is reached. */
export const updateVpcConfig = (about: About, config: VpcConfig): string => updateConfig(about, "--resources-vpc-config", config);

/** The command that turns on delivery of these control plane logs of this cluster. */
export const updateLogging = (about: About, types: readonly string[]): string =>
  updateConfig(about, "--logging", { clusterLogging: [{ types, enabled: true }] });

/** One call of the AWS CLI; `command` ends in the option that takes the cluster's name. JSON stands in single quotes: no value in it holds one. */
export const eksCommand = (about: About, command: string, ...options: readonly string[]): string =>
  [`aws eks ${command} ${about.resource.name}`, ...(about.region === undefined ? [] : [`--region ${about.region}`]), ...options].join(" ");

const updateConfig = (about: About, option: string, value: unknown): string =>
  eksCommand(about, "update-cluster-config --name", `${option} '${JSON.stringify(value)}'`);

const refusedByAws = parseCidrs(["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]);

/**
 * The trusted ranges that the endpoint can be narrowed to: AWS refuses private ranges there, and IPv6 ranges on an
 * endpoint that has none yet may belong to a cluster without IPv6.
 */
export const narrowableTo = (trustedCidrs: readonly string[], current: readonly string[]): readonly string[] =>
  trustedCidrs.filter(
    (cidr) =>
      isCidr(cidr) &&
      !isEmpty(difference(parseCidrs([cidr]), refusedByAws)) &&
      (!cidr.includes(":") || current.some((own) => own.includes(":"))),
  );
