/** An AWS partition: its name as it stands in ARNs, the domain of its hosts, and that of its dual-stack hosts. */
export interface Partition {
  readonly name: string;
  readonly domain: string;
  readonly dualStackDomain: string;
}

/**
 * The partition of each Region by the prefix of the Region's name.
 * Source: botocore data/partitions.json (regionRegex, dnsSuffix, dualStackDnsSuffix), read 2026-11.
 */
const partitions: readonly (readonly [prefix: string, partition: Partition])[] = [
  ["cn-", { name: "aws-cn", domain: "amazonaws.com.cn", dualStackDomain: "api.amazonwebservices.com.cn" }],
  ["us-gov-", { name: "aws-us-gov", domain: "amazonaws.com", dualStackDomain: "api.aws" }],
  ["us-iso-", { name: "aws-iso", domain: "c2s.ic.gov", dualStackDomain: "api.aws.ic.gov" }],
  ["us-isob-", { name: "aws-iso-b", domain: "sc2s.sgov.gov", dualStackDomain: "api.aws.scloud" }],
  ["eu-isoe-", { name: "aws-iso-e", domain: "cloud.adc-e.uk", dualStackDomain: "api.cloud-aws.adc-e.uk" }],
  ["us-isof-", { name: "aws-iso-f", domain: "csp.hci.ic.gov", dualStackDomain: "api.aws.hci.ic.gov" }],
  ["eu-isof-", { name: "aws-iso-f", domain: "csp.hci.ic.gov", dualStackDomain: "api.aws.hci.ic.gov" }],
  ["eusc-", { name: "aws-eusc", domain: "amazonaws.eu", dualStackDomain: "api.amazonwebservices.eu" }],
];
const commercial: Partition = { name: "aws", domain: "amazonaws.com", dualStackDomain: "api.aws" };

/** The partition that a Region belongs to; a Region of no other partition is a commercial one. */
export const partitionOf = (region: string): Partition => partitions.find(([prefix]) => region.startsWith(prefix))?.[1] ?? commercial;
