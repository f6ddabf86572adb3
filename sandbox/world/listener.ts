/** Listeners of the ELBv2 API, with their rules and what they forward to. */
import type { Listener, ListenerRule, LoadBalancer } from "../estate/network.ts";
import type { ForwardTarget } from "../estate/target-group.ts";
import { hex } from "./ids.ts";
import { arn, type Place } from "./place.ts";
import { buildTargetGroup, type TargetGroupState } from "./target-group.ts";

export interface ListenerState {
  readonly ListenerArn: string;
  /** What DescribeListeners answers. */
  readonly description: Readonly<Record<string, unknown>>;
  /** What DescribeRules answers, the default rule last. */
  readonly rules: readonly { readonly RuleArn: string; readonly [field: string]: unknown }[];
  readonly targetGroups: readonly TargetGroupState[];
}

/** The load balancer that a listener is of. */
export interface ListenerSite {
  readonly balancer: LoadBalancer;
  /** What stands in ARNs after "loadbalancer/". */
  readonly path: string;
  readonly vpcId: string;
  readonly place: Place;
}

interface Action {
  readonly action: object;
  readonly targetGroups: readonly TargetGroupState[];
}

function redirectTo(redirect: string): Action {
  const [to = "", port] = redirect.split(":");
  const RedirectConfig = {
    Protocol: to.toUpperCase(),
    Port: port,
    Host: "#{host}",
    Path: "/#{path}",
    Query: "#{query}",
    StatusCode: "HTTP_301",
  };
  return { action: { Type: "redirect", Order: 1, RedirectConfig }, targetGroups: [] };
}

const answerWith = (status: number): Action => ({
  action: { Type: "fixed-response", Order: 1, FixedResponseConfig: { StatusCode: String(status), ContentType: "text/plain" } },
  targetGroups: [],
});

/** Targets are reached without the listener's TLS: the plain protocol that goes with it. */
const plain: Readonly<Record<string, string>> = { HTTPS: "HTTP", TLS: "TCP" };

function forwardTo(target: ForwardTarget, listener: Listener, protocol: string, words: readonly string[], site: ListenerSite): Action {
  const { path, vpcId, place } = site;
  const loadBalancerArn = arn(place, "elasticloadbalancing", `loadbalancer/${path}`);
  const group = buildTargetGroup(
    {
      type: target.type,
      preservesClientIp: target.preservesClientIp,
      name: target.name ?? `k8s-${hex(10, path, ...words)}`,
      protocol: target.protocol ?? plain[protocol] ?? protocol,
      port: target.port ?? listener.port,
      vpcId,
      loadBalancerArn,
      words: [path, ...words],
    },
    place,
  );
  const { TargetGroupArn } = group;
  const ForwardConfig = { TargetGroups: [{ TargetGroupArn, Weight: 1 }] };
  return { action: { Type: "forward", TargetGroupArn, Order: 1, ForwardConfig }, targetGroups: [group] };
}

const byDefault: ForwardTarget = { type: "ip" };

export function buildListener(listener: Listener, site: ListenerSite): ListenerState {
  const { balancer, path, place } = site;
  const Protocol = listener.protocol ?? (balancer.type === "application" ? "HTTP" : balancer.type === "gateway" ? "GENEVE" : "TCP");
  const secure = Protocol === "HTTPS" || Protocol === "TLS";
  const id = `${path}/${hex(16, path, "listener", String(listener.port))}`;
  const actionOf = ({ redirect, status, target = byDefault }: Listener | ListenerRule, ...words: readonly string[]): Action => {
    if (redirect !== undefined) return redirectTo(redirect);
    if (status !== undefined) return answerWith(status);
    return forwardTo(target, listener, Protocol, [String(listener.port), ...words], site);
  };
  const main = actionOf(listener);
  const rules = listener.rules.map((rule, i) => ({ rule, ...actionOf(rule, "rule", String(i)) }));
  const ruleArn = (word: string) => arn(place, "elasticloadbalancing", `listener-rule/${id}/${hex(16, id, "rule", word)}`);
  return {
    ListenerArn: arn(place, "elasticloadbalancing", `listener/${id}`),
    description: {
      ListenerArn: arn(place, "elasticloadbalancing", `listener/${id}`),
      LoadBalancerArn: arn(place, "elasticloadbalancing", `loadbalancer/${path}`),
      // A gateway load balancer's listener has neither.
      ...(balancer.type !== "gateway" && { Port: listener.port, Protocol }),
      ...(secure && {
        Certificates: [{ CertificateArn: arn(place, "acm", `certificate/${hex(8, path)}-0000-4000-8000-${hex(12, path)}`) }],
        SslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
      }),
      DefaultActions: [main.action],
    },
    rules: [
      ...rules.map(({ rule, action }, i) => ({
        RuleArn: ruleArn(String(i)),
        Priority: String(i + 1),
        Conditions: [{ Field: "path-pattern", Values: [rule.path], PathPatternConfig: { Values: [rule.path] } }],
        Actions: [action],
        IsDefault: false,
      })),
      { RuleArn: ruleArn("default"), Priority: "default", Conditions: [], Actions: [main.action], IsDefault: true },
    ],
    targetGroups: [...main.targetGroups, ...rules.flatMap(({ targetGroups }) => targetGroups)],
  };
}
