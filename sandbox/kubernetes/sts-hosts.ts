/**
 * Domains of STS hosts by partition. Source: kubernetes-sigs/aws-iam-authenticator pkg/token/token.go verifySTSHostnameFormat.
 */
const domains: Readonly<Record<string, readonly string[]>> = {
  aws: ["amazonaws.com", "api.aws"],
  "aws-us-gov": ["amazonaws.com", "api.aws"],
  "aws-cn": ["amazonaws.com.cn", "api.amazonwebservices.com.cn"],
  "aws-iso": ["c2s.ic.gov"],
  "aws-iso-b": ["sc2s.sgov.gov"],
  "aws-iso-e": ["cloud.adc-e.uk"],
  "aws-iso-f": ["csp.hci.ic.gov"],
  "aws-eusc": ["amazonaws.eu", "api.amazonwebservices.eu"],
};

/** Of Regions that are not commercial, the partition that their name begins with. Source: botocore data/partitions.json regionRegex. */
const partitionsByRegion: readonly (readonly [pattern: RegExp, partition: string])[] = [
  [/^cn-/, "aws-cn"],
  [/^us-gov-/, "aws-us-gov"],
  [/^us-iso-/, "aws-iso"],
  [/^us-isob-/, "aws-iso-b"],
  [/^eu-isoe-/, "aws-iso-e"],
  [/^(us|eu)-isof-/, "aws-iso-f"],
  [/^eusc-/, "aws-eusc"],
];

/**
 * Whether a verifier of the partition lets a token name this host: an STS endpoint of the Region in its name, FIPS and
 * dual-stack ones included, in a domain of both. A Region that does not exist counts as a commercial one. A port is refused.
 */
export function allowsHost(host: string, partition: string): boolean {
  if (host === "sts.amazonaws.com") return partition === "aws";
  const [, service, region, domain] = /^(sts(?:-fips)?)\.([a-z0-9-]+)\.([a-z0-9.-]+)$/.exec(host) ?? [];
  if (region === undefined || domain === undefined) return false;
  const home = partitionsByRegion.find(([pattern]) => pattern.test(region))?.[1] ?? "aws";
  // GovCloud's plain host is its FIPS host; only dual-stack has another.
  if (home === "aws-us-gov" && service === "sts-fips" && domain === "amazonaws.com") return false;
  return domains[home]?.includes(domain) === true && domains[partition]?.includes(domain) === true;
}
