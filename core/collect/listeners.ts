import { DescribeListenersCommand, DescribeRulesCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import pMap from "p-map";
import * as z from "zod";
import type { Listener, ListenerAction, LoadBalancer } from "../model/aws.ts";
import { type Fact, known, unknown } from "../model/fact.ts";
import { allPages, malformed } from "./answer.ts";
import type { AwsPlane } from "./aws-plane.ts";
import { unlessGone } from "./gone.ts";

const Action = z.object({
  Type: z.string(),
  TargetGroupArn: z.string().optional(),
  ForwardConfig: z.object({ TargetGroups: z.array(z.object({ TargetGroupArn: z.string() })).default([]) }).optional(),
  RedirectConfig: z.object({ Protocol: z.string().optional() }).optional(),
});
const ListenerPage = z.object({
  Listeners: z.array(
    z.object({
      ListenerArn: z.string(),
      Port: z.int().min(0).max(65535).optional(),
      Protocol: z.string().optional(),
      DefaultActions: z.array(Action).optional(),
    }),
  ),
  NextMarker: z.string().optional(),
});
const RulePage = z.object({
  Rules: z.array(z.object({ IsDefault: z.boolean().optional(), Actions: z.array(Action) })),
  NextMarker: z.string().optional(),
});

interface Row {
  readonly arn: string;
  readonly listener: Omit<Listener, "actions">;
  /** Of the default action. */
  readonly actions: Fact<readonly ListenerAction[]>;
}

/**
 * The listeners of one load balancer, or nothing where it is gone. Rules that are refused are unknown in the listener that
 * they are of; a listener that goes away meanwhile is left out.
 */
export async function readListeners(
  { arn, type }: Pick<LoadBalancer, "arn" | "type">,
  plane: AwsPlane,
): Promise<Fact<readonly Listener[] | undefined>> {
  const { reading } = plane;
  const rows = await reading.attempt("elasticloadbalancing:DescribeListeners", () => unlessGone(listListeners(arn, type, plane)));
  if (rows.state === "unknown") return rows;
  if (rows.value === undefined) return known(undefined);
  // Listeners of the other types have no rules. One at a time: the load balancers are what is read at once.
  const read = type === "application" ? (row: Row) => withRules(row, plane) : async (row: Row) => [withActions(row, row.actions)];
  return known((await pMap(rows.value, read, { concurrency: 1 })).flat());
}

const listListeners = (arn: string, type: LoadBalancer["type"], { clients: { elbv2 }, shared }: AwsPlane): Promise<readonly Row[]> =>
  shared(`listeners/${arn}`, (signal) =>
    allPages({
      shape: ListenerPage,
      ask: (Marker) => elbv2.send(new DescribeListenersCommand({ LoadBalancerArn: arn, PageSize: 400, Marker }), { abortSignal: signal }),
      items: ({ Listeners }) =>
        Listeners.map(({ ListenerArn, Port, Protocol, DefaultActions }) => ({
          arn: ListenerArn,
          listener: listenerOf(Port, Protocol, type),
          actions:
            DefaultActions === undefined
              ? unknown("malformed", "AWS answered with a listener without a default action.")
              : known(DefaultActions.map(actionOf)),
        })),
      next: ({ NextMarker }) => NextMarker,
      signal,
    }),
  );

function listenerOf(port: number | undefined, protocol: string | undefined, type: LoadBalancer["type"]): Row["listener"] {
  // A gateway load balancer's listener takes every port, and the API names none.
  if (type === "gateway") return { port: port ?? 0, protocol: protocol ?? "GENEVE" };
  if (port === undefined || protocol === undefined) throw malformed("AWS answered with a listener without port or protocol.");
  return { port, protocol };
}

const withActions = ({ listener }: Row, actions: Row["actions"]): Listener => ({ ...listener, actions });

async function withRules(row: Row, plane: AwsPlane): Promise<readonly Listener[]> {
  const { actions } = row;
  if (actions.state === "unknown") return [withActions(row, actions)];
  const rules = await plane.reading.attempt("elasticloadbalancing:DescribeRules", () => unlessGone(listRuleActions(row.arn, plane)));
  if (rules.state === "unknown") return [withActions(row, rules)];
  return rules.value === undefined ? [] : [withActions(row, known([...actions.value, ...rules.value]))];
}

/** Actions of the rules beside the default one, which the listener itself names. */
const listRuleActions = (arn: string, { clients: { elbv2 }, shared }: AwsPlane): Promise<readonly ListenerAction[]> =>
  shared(`rules/${arn}`, (signal) =>
    allPages({
      shape: RulePage,
      ask: (Marker) => elbv2.send(new DescribeRulesCommand({ ListenerArn: arn, PageSize: 400, Marker }), { abortSignal: signal }),
      items: ({ Rules }) => Rules.flatMap(({ IsDefault, Actions }) => (IsDefault === true ? [] : Actions.map(actionOf))),
      next: ({ NextMarker }) => NextMarker,
      signal,
    }),
  );

function actionOf({ Type, TargetGroupArn, ForwardConfig, RedirectConfig }: z.output<typeof Action>): ListenerAction {
  const weighted = ForwardConfig?.TargetGroups.map((group) => group.TargetGroupArn) ?? [];
  const redirectProtocol = RedirectConfig?.Protocol;
  return {
    type: Type,
    // A forward to one group names it in both places.
    targetGroupArns: [...new Set(TargetGroupArn === undefined ? weighted : [TargetGroupArn, ...weighted])],
    ...(redirectProtocol === undefined ? {} : { redirectProtocol }),
  };
}
