/** Elastic Load Balancing of 2012: classic load balancers, known by name. */
import * as z from "zod";
import type { ClassicLoadBalancer } from "../world/load-balancer.ts";
import { AwsError } from "./errors.ts";
import { pageOf } from "./pages.ts";
import { queryProtocol, versionOf } from "./protocol/query.ts";
import { queryRefusals, refuse } from "./refusals.ts";
import { type Call, operation, type Service } from "./service.ts";

const apiVersion = "2012-06-01";

function byName({ here }: Call, names: readonly string[]): readonly ClassicLoadBalancer[] {
  return names.map((name) => {
    const balancer = here.classicLoadBalancers.find(({ LoadBalancerName }) => LoadBalancerName === name);
    if (balancer === undefined) throw new AwsError("LoadBalancerNotFound", `There is no ACTIVE Load Balancer named '${name}'`);
    return balancer;
  });
}

const DescribeLoadBalancers = z.object({
  LoadBalancerNames: z.array(z.string()).optional(),
  Marker: z.string().optional(),
  PageSize: z.coerce.number().int().min(1).max(400).default(400),
});

function describeLoadBalancers(call: Call, { LoadBalancerNames: names, Marker, PageSize }: z.infer<typeof DescribeLoadBalancers>): object {
  const selected = names === undefined ? call.here.classicLoadBalancers : byName(call, names);
  const page = pageOf(selected, {
    call: ["elb", call.principal.account, call.region, names],
    size: PageSize,
    longest: call.state.world.estate.longestPage,
    token: Marker,
  });
  if (page === undefined) throw refuse(queryRefusals, "invalid", "Invalid marker");
  return { LoadBalancerDescriptions: page.items.map(({ description }) => description), NextMarker: page.next };
}

export const elb: Service = {
  name: "elasticloadbalancing",
  signingName: "elasticloadbalancing",
  serves: (request) => versionOf(request) === apiVersion,
  actionPrefix: "elasticloadbalancing",
  global: false,
  protocol: queryProtocol(`http://elasticloadbalancing.amazonaws.com/doc/${apiVersion}/`),
  refusals: queryRefusals,
  operations: {
    DescribeLoadBalancers: operation({ input: DescribeLoadBalancers, answer: describeLoadBalancers }),
    DescribeTags: operation({
      input: z.object({ LoadBalancerNames: z.array(z.string()).min(1).max(20) }),
      answer: (call, { LoadBalancerNames }) => ({
        TagDescriptions: byName(call, LoadBalancerNames).map(({ LoadBalancerName, tags }) => ({ LoadBalancerName, Tags: tags })),
      }),
    }),
  },
};
