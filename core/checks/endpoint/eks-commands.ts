import type { About } from "../../model/check.ts";
import { difference, intersection, isCidr, isEmpty, parseCidrs, parseFilterCidrs, toCidrs } from "../../net/addresses.ts";
import { quoted, quotedJson } from "../shell.ts";

export interface VpcConfig {
  readonly endpointPublicAccess?: boolean;
  readonly endpointPrivateAccess?: boolean;
  readonly publicAccessCidrs?: readonly string[];
}

/** The command that changes how this cluster's endpoint is reached. */
export const updateVpcConfig = (about: About, config: VpcConfig): string => updateConfig(about, "--resources-vpc-config", config);

/** The command that turns on delivery of these control plane logs of this cluster. */
export const updateLogging = (about: About, types: readonly string[]): string =>
  updateConfig(about, "--logging", { clusterLogging: [{ types, enabled: true }] });

/** The command that moves the control plane to another minor version. */
export const updateVersion = (about: About, version: string): string =>
  eksCommand(about, "update-cluster-version --name", `--kubernetes-version ${quoted(version)}`);

/** The command that encrypts secrets with a key of one's own. @param config the encryption configuration, as a word of a shell */
export const encryptSecrets = (about: About, config: string): string =>
  eksCommand(about, "associate-encryption-config --cluster-name", `--encryption-config ${config}`);

/** Ends once the cluster takes further changes: it takes one at a time. */
export const waitForCluster = (about: About): string => eksCommand(about, "wait cluster-active --name");

/** One call of the AWS CLI; `command` ends in the option that takes the cluster's name. */
export const eksCommand = (about: About, command: string, ...options: readonly string[]): string =>
  [
    `aws eks ${command} ${quoted(about.resource.name)}`,
    ...(about.region === undefined ? [] : [`--region ${quoted(about.region)}`]),
    ...options,
  ].join(" ");

const updateConfig = (about: About, option: string, value: unknown): string =>
  eksCommand(about, "update-cluster-config --name", `${option} ${quotedJson(value)}`);

const refusedByAws = parseCidrs(["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]);
/** Source: Amazon EKS User Guide, "View and manage Amazon EKS and Fargate service quotas": public endpoint access CIDR ranges per cluster. */
const mostRanges = 40;

/**
 * The ranges that the endpoint can be narrowed to, which replace all it has: the trusted part of those that it admits today, else
 * whatever is trusted. AWS refuses private ranges there, and IPv6 ranges on an endpoint that has none yet may belong to a
 * cluster without IPv6. Empty where none fit.
 */
export function narrowableTo(trustedCidrs: readonly string[], current: readonly string[]): readonly string[] {
  const fits = (cidr: string): boolean =>
    isCidr(cidr) &&
    !isEmpty(difference(parseCidrs([cidr]), refusedByAws)) &&
    (!cidr.includes(":") || current.some((own) => own.includes(":")));
  const trusted = trustedCidrs.filter(fits);
  const admitted = parseFilterCidrs(current.filter(isCidr));
  const kept = trusted.filter((cidr) => isEmpty(difference(parseCidrs([cidr]), admitted)));
  const rest = difference(intersection(parseFilterCidrs(trusted), admitted), parseFilterCidrs(kept));
  const remaining = [...kept, ...toCidrs(rest)].filter(fits);
  const chosen = remaining.length > 0 && remaining.length <= mostRanges ? remaining : trusted;
  return chosen.length <= mostRanges ? chosen : [];
}
