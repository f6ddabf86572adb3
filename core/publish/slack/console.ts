/** Links into the AWS console, for those who may log in there. */
import { partitionOf } from "../../model/partition.ts";
import { link, type Markup } from "./message.ts";

/** Source: the service endpoints of the AWS Management Console by partition, docs.aws.amazon.com. */
const hosts: Readonly<Record<string, (region: string) => string>> = {
  aws: (region) => `${region}.console.aws.amazon.com`,
  "aws-cn": () => "console.amazonaws.cn",
  "aws-us-gov": () => "console.amazonaws-us-gov.com",
};

function consoleOf(region: string): string | undefined {
  if (!/^[a-z0-9-]{5,30}$/.test(region)) return undefined;
  return hosts[partitionOf(region).name]?.(region);
}

/** The report in its bucket; none for one in a folder. */
export function reportLink(place: string, region: string): readonly Markup[] {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(place) ?? [];
  const host = consoleOf(region);
  if (bucket === undefined || key === undefined || host === undefined) return [];
  const query = new URLSearchParams({ region, prefix: key });
  return [link(`https://${host}/s3/object/${encodeURIComponent(bucket)}?${query}`, "Report")];
}

/** More would crowd out the rest. */
const mostRegions = 4;

/** Security Hub in each of the Regions. */
export const hubLinks = (regions: readonly string[]): readonly Markup[] =>
  [...new Set(regions)]
    .sort()
    .flatMap((region) => {
      const host = consoleOf(region);
      return host === undefined ? [] : [link(`https://${host}/securityhub/home?region=${region}#/findings`, `Security Hub in ${region}`)];
    })
    .slice(0, mostRegions);
