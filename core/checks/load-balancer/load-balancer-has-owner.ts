import type { LoadBalancer } from "../../model/aws.ts";
import { defineCheck, type Evidence } from "../../model/check.ts";
import { known, type Reason } from "../../model/fact.ts";
import { bindingsOf } from "../../net/load-balancer/bindings.ts";
import type { Ownership } from "../../net/load-balancer/owner.ts";
import { madeForCluster, type Subject, subjectsOf } from "../../net/load-balancer/subjects.ts";
import { nameOf } from "../words.ts";
import { exampleLoadBalancer, exampleService } from "./example-load-balancer.ts";
import { bindingWords, judgeOwners, noObjects, type Opinion, ownerFacts } from "./owners.ts";

const loadBalancer: LoadBalancer = { ...exampleLoadBalancer, scheme: "internal" };
const left = {
  ...loadBalancer,
  name: "k8s-shop-old",
  tags: known({ "elbv2.k8s.aws/cluster": "prod", "service.k8s.aws/stack": "shop/old" }),
};
const rest = {
  ...noObjects,
  services: known([exampleService]),
};

export const loadBalancerHasOwner = defineCheck({
  id: "load-balancer-has-owner",
  title: "Load balancers tagged for the cluster belong to objects that exist",
  surface: "load-balancer",
  severity: "medium",
  path: { none: "It judges whose a load balancer is, not who reaches it." },
  needs: ["loadBalancers"],
  uses: [...ownerFacts],
  why: "A load balancer that outlived its Service, Ingress or Gateway keeps its listeners, its security groups and its name in DNS, and nobody looks after them.",
  judged:
    "Fails a load balancer whose tags name this cluster and whose Service, Ingress or Gateway does not exist, or whose tags name none. Tags come first, since AWS keeps them; where they were not read or name nobody, the hostname in an object's status joins the two. Tags of another cluster make it none of this cluster's. One whose tags name no object passes when a TargetGroupBinding leads from one of its target groups. Of an Ingress group one member that exists is enough, and an object that no longer asks for a load balancer still exists. Where the objects were not read, existence is unknown and not absence.",
  unseen:
    "Load balancers that were made for the cluster by other means than its controllers, such as Terraform, unless they carry the cluster's tags. DNS records that still point to one are not read.",
  remediation:
    "Delete the load balancer together with its security groups and DNS records, or bring its object back; where it is not the cluster's, take the cluster's tags off it.",
  examples: { fail: { ...rest, loadBalancers: [left] }, pass: { ...rest, loadBalancers: [loadBalancer] } },
  evaluate: ({ loadBalancers, ...plane }, _settings, about) => {
    const { doubt } = bindingsOf(plane);
    const made = madeForCluster(subjectsOf(loadBalancers, plane, about.resource));
    return judgeOwners({
      about,
      // An object without load balancer leaves nothing to judge.
      subjects: { ...made, subjects: made.subjects.filter((subject) => subject.loadBalancers.length > 0) },
      spoils: () => false,
      judge: (ownership, subject) => opinionOf(ownership, subject, doubt),
    });
  },
});

/** @param unbound why a binding may lead from a load balancer without owner, though none was seen */
function opinionOf(
  { loadBalancer: one, group, bindings = [] }: Ownership,
  { resource, manifest }: Subject,
  unbound: Reason | undefined,
): Opinion {
  const name = nameOf(resource);
  const evidence = { deciding: one.arn, scheme: one.scheme };
  switch (manifest.kind) {
    case "unread": {
      const { reason } = manifest;
      if (manifest.exists === true) return existing(name, one, evidence);
      const message = `${name} is named by load balancer ${one.name}, and whether it exists is not known: ${reason.message}`;
      return { status: "unknown", reason, evidence, message };
    }
    case "absent":
      return {
        status: "fail",
        evidence,
        message: `${name} does not exist, and ${one.scheme} load balancer ${one.name} is still made for it.`,
      };
    case "none": {
      const [binding] = bindings;
      if (binding !== undefined) {
        return { status: "pass", evidence, message: `${name} is tagged for the cluster, and ${bindingWords(binding)} leads from it.` };
      }
      if (unbound !== undefined) {
        const message = `${name} is tagged for the cluster and for no object in it, and whether it is bound is not known: ${unbound.message}`;
        return { status: "unknown", reason: unbound, evidence, message };
      }
      const why = group === undefined ? "its tags name no owner" : `no Ingress of its group ${group} exists`;
      return { status: "fail", evidence, message: `${name} is ${one.scheme}, is tagged for the cluster and has no owner: ${why}.` };
    }
    default:
      return existing(name, one, evidence);
  }
}

const existing = (name: string, { name: its }: LoadBalancer, evidence: Evidence): Opinion => ({
  status: "pass",
  evidence,
  message: `${name} exists, and load balancer ${its} belongs to it.`,
});
