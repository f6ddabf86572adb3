/** Elastic Load Balancing of 2015: application, network and gateway load balancers, known by ARN. */
import * as z from "zod";
import type { LoadBalancerV2 } from "../world/load-balancer.ts";
import { AwsError } from "./errors.ts";
import { pageOf } from "./pages.ts";
import { queryProtocol, versionOf } from "./protocol/query.ts";
import { queryRefusals, refuse } from "./refusals.ts";
import { type Call, operation, type Service } from "./service.ts";

const apiVersion = "2015-12-01";
const Paging = { Marker: z.string().optional(), PageSize: z.coerce.number().int().min(1).max(400).default(400) };

function byArn({ here }: Call, arns: readonly string[]): readonly LoadBalancerV2[] {
  return arns.map((arn) => {
    const balancer = here.loadBalancersByArn.get(arn);
    if (balancer === undefined) throw new AwsError("LoadBalancerNotFound", `Load balancer '${arn}' not found`);
    return balancer;
  });
}

function byName({ here }: Call, names: readonly string[]): readonly LoadBalancerV2[] {
  const found = here.loadBalancers.filter(({ LoadBalancerName }) => names.includes(LoadBalancerName));
  if (found.length < names.length) throw new AwsError("LoadBalancerNotFound", "One or more load balancers not found");
  return found;
}

function paged<T>(
  list: readonly T[],
  call: Call,
  { Marker, PageSize }: { readonly Marker?: string | undefined; readonly PageSize: number },
  ...same: unknown[]
) {
  const page = pageOf(list, {
    call: ["elbv2", call.operation, call.principal.account, call.region, ...same],
    size: PageSize,
    token: Marker,
  });
  if (page === undefined) throw refuse(queryRefusals, "invalid", "Invalid marker");
  return page;
}

const DescribeLoadBalancers = z.object({
  LoadBalancerArns: z.array(z.string()).max(20).optional(),
  Names: z.array(z.string()).max(20).optional(),
  ...Paging,
});

function describeLoadBalancers(call: Call, input: z.infer<typeof DescribeLoadBalancers>): object {
  const { LoadBalancerArns: arns, Names: names } = input;
  if (arns !== undefined && names !== undefined)
    throw refuse(queryRefusals, "invalid", "Load balancer names and load balancer ARNs cannot be specified at the same time");
  const selected = arns !== undefined ? byArn(call, arns) : names !== undefined ? byName(call, names) : call.here.loadBalancers;
  const { items, next } = paged(selected, call, input, arns, names);
  return { LoadBalancers: items.map(({ description }) => description), NextMarker: next };
}

const DescribeListeners = z.object({
  LoadBalancerArn: z.string().optional(),
  ListenerArns: z.array(z.string()).max(20).optional(),
  ...Paging,
});

function describeListeners(call: Call, input: z.infer<typeof DescribeListeners>): object {
  const { LoadBalancerArn, ListenerArns } = input;
  if (LoadBalancerArn === undefined && ListenerArns === undefined) {
    throw refuse(queryRefusals, "invalid", "You must specify either listener ARNs or a load balancer ARN");
  }
  const owners = LoadBalancerArn === undefined ? call.here.loadBalancers : byArn(call, [LoadBalancerArn]);
  const listeners = owners.flatMap(({ listeners }) => listeners);
  const selected = ListenerArns?.map((arn) => {
    const listener = listeners.find(({ ListenerArn }) => ListenerArn === arn);
    if (listener === undefined) throw new AwsError("ListenerNotFound", `Listener '${arn}' not found`);
    return listener;
  });
  const { items, next } = paged(selected ?? listeners, call, input, LoadBalancerArn, ListenerArns);
  return { Listeners: items, NextMarker: next };
}

export const elbv2: Service = {
  name: "elasticloadbalancingv2",
  signingName: "elasticloadbalancing",
  serves: (request) => versionOf(request) === apiVersion,
  actionPrefix: "elasticloadbalancing",
  global: false,
  protocol: queryProtocol(`http://elasticloadbalancing.amazonaws.com/doc/${apiVersion}/`),
  refusals: queryRefusals,
  operations: {
    DescribeLoadBalancers: operation({ input: DescribeLoadBalancers, answer: describeLoadBalancers }),
    DescribeListeners: operation({
      input: DescribeListeners,
      resource: (_call, { LoadBalancerArn }) => LoadBalancerArn,
      narrowable: false,
      answer: describeListeners,
    }),
    DescribeTags: operation({
      input: z.object({ ResourceArns: z.array(z.string()).min(1).max(20) }),
      answer: (call, { ResourceArns }) => ({
        TagDescriptions: byArn(call, ResourceArns).map(({ LoadBalancerArn, tags }) => ({ ResourceArn: LoadBalancerArn, Tags: tags })),
      }),
    }),
  },
};
