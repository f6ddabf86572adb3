/** Elastic Load Balancing of 2015: application, network and gateway load balancers, known by ARN. */
import * as z from "zod";
import type { ListenerState } from "../world/listener.ts";
import type { LoadBalancerV2 } from "../world/load-balancer.ts";
import type { TargetGroupState } from "../world/target-group.ts";
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
    longest: call.state.world.estate.longestPage,
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

function listenerOf({ here }: Call, arn: string): ListenerState {
  const listener = here.listenersByArn.get(arn);
  if (listener === undefined) throw new AwsError("ListenerNotFound", `Listener '${arn}' not found`);
  return listener;
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
  const selected = ListenerArns?.map((arn) => listenerOf(call, arn)) ?? owners.flatMap(({ listeners }) => listeners);
  const { items, next } = paged(selected, call, input, LoadBalancerArn, ListenerArns);
  return { Listeners: items.map(({ description }) => description), NextMarker: next };
}

const DescribeRules = z.object({ ListenerArn: z.string().optional(), RuleArns: z.array(z.string()).max(20).optional(), ...Paging });

function describeRules(call: Call, input: z.infer<typeof DescribeRules>): object {
  const { ListenerArn, RuleArns } = input;
  if ((ListenerArn === undefined) === (RuleArns === undefined)) {
    throw refuse(queryRefusals, "invalid", "You must specify either listener rule ARNs or a listener ARN");
  }
  const all = ListenerArn === undefined ? [...call.here.listenersByArn.values()] : [listenerOf(call, ListenerArn)];
  const rules = all.flatMap((listener) => listener.rules);
  const selected = RuleArns?.map((arn) => {
    const rule = rules.find(({ RuleArn }) => RuleArn === arn);
    if (rule === undefined) throw new AwsError("RuleNotFound", `One or more rules not found`);
    return rule;
  });
  const { items, next } = paged(selected ?? rules, call, input, ListenerArn, RuleArns);
  return { Rules: items, NextMarker: next };
}

function targetGroupOf({ here }: Call, arn: string): TargetGroupState {
  const group = here.targetGroupsByArn.get(arn);
  if (group === undefined) throw new AwsError("TargetGroupNotFound", `Target groups '${arn}' not found`);
  return group;
}

const DescribeTargetGroups = z.object({
  LoadBalancerArn: z.string().optional(),
  TargetGroupArns: z.array(z.string()).optional(),
  Names: z.array(z.string()).optional(),
  ...Paging,
});

function describeTargetGroups(call: Call, input: z.infer<typeof DescribeTargetGroups>): object {
  const { LoadBalancerArn: balancer, TargetGroupArns: arns, Names: names } = input;
  if ([balancer, arns, names].filter((given) => given !== undefined).length > 1) {
    throw refuse(queryRefusals, "invalid", "Target group names, target group ARNs, and a load balancer ARN cannot be specified together");
  }
  if (balancer !== undefined) byArn(call, [balancer]);
  const all = arns?.map((arn) => targetGroupOf(call, arn)) ?? [...call.here.targetGroupsByArn.values()];
  const selected = all.filter(
    ({ TargetGroupName, description }) =>
      (names?.includes(TargetGroupName) ?? true) && (balancer === undefined || description.LoadBalancerArns.includes(balancer)),
  );
  if (names !== undefined && selected.length < names.length)
    throw new AwsError("TargetGroupNotFound", "One or more target groups not found");
  const { items, next } = paged(selected, call, input, balancer, arns, names);
  return { TargetGroups: items.map(({ description }) => description), NextMarker: next };
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
    DescribeRules: operation({
      input: DescribeRules,
      resource: (_call, { ListenerArn }) => ListenerArn,
      narrowable: false,
      answer: describeRules,
    }),
    DescribeTargetGroups: operation({ input: DescribeTargetGroups, answer: describeTargetGroups }),
    DescribeTargetGroupAttributes: operation({
      input: z.object({ TargetGroupArn: z.string() }),
      resource: (_call, { TargetGroupArn }) => TargetGroupArn,
      narrowable: false,
      answer: (call, { TargetGroupArn }) => ({ Attributes: targetGroupOf(call, TargetGroupArn).attributes }),
    }),
    DescribeTags: operation({
      input: z.object({ ResourceArns: z.array(z.string()).min(1).max(20) }),
      answer: (call, { ResourceArns }) => ({
        TagDescriptions: byArn(call, ResourceArns).map(({ LoadBalancerArn, tags }) => ({ ResourceArn: LoadBalancerArn, Tags: tags })),
      }),
    }),
  },
};
