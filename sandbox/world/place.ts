/** Where something is: enough to write its ARN. */
export interface Place {
  readonly partition: string;
  readonly account: string;
  readonly region: string;
}

export const arn = ({ partition, account, region }: Place, service: string, resource: string): string =>
  `arn:${partition}:${service}:${region}:${account}:${resource}`;

/** The domain of a partition's hosts. */
export const domainOf = (partition: string): string => (partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com");
