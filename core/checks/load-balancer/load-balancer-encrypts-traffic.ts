import type { Listener, LoadBalancer } from "../../model/aws.ts";
import { defineCheck } from "../../model/check.ts";
import { known } from "../../model/fact.ts";
import { indexBackends } from "../../net/load-balancer/backends.ts";
import { encryptionOf } from "../../net/load-balancer/encryption.ts";
import { madeForCluster, subjectsOf } from "../../net/load-balancer/subjects.ts";
import { indexTargets } from "../../net/load-balancer/targets.ts";
import { few } from "../listed.ts";
import { exampleNetwork } from "../nodes/example-node.ts";
import { nameOf } from "../words.ts";
import { judgeOwners, noObjects, ownerFacts } from "./owners.ts";

const loadBalancer: LoadBalancer = {
  arn: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/k8s-shop-web/0123456789abcdef",
  name: "k8s-shop-web",
  dnsName: "k8s-shop-web-0123456789.eu-west-1.elb.amazonaws.com",
  type: "application",
  scheme: "internet-facing",
  state: "active",
  ipAddressType: "ipv4",
  subnetIds: ["subnet-0a1"],
  securityGroupIds: ["sg-0a1"],
  listeners: known([]),
  tags: known({ "elbv2.k8s.aws/cluster": "prod", "ingress.k8s.aws/stack": "shop/web" }),
};
const listening = (listener: Listener) => [{ ...loadBalancer, listeners: known([listener, { port: 443, protocol: "HTTPS" }]) }];
const rest = { ...noObjects, network: known(exampleNetwork), pods: known([]) };

export const loadBalancerEncryptsTraffic = defineCheck({
  id: "load-balancer-encrypts-traffic",
  title: "Internet-facing listeners encrypt, redirect to HTTPS, or pass on an encrypted protocol",
  surface: "load-balancer",
  severity: "medium",
  path: { from: "internet", to: "load-balancers" },
  needs: ["loadBalancers"],
  uses: [...ownerFacts, "network", "pods"],
  why: "Whoever sits between a client and a load balancer reads and changes what is not encrypted: sessions, passwords, answers.",
  judged:
    "Judges every listener of an internet-facing load balancer. HTTPS, TLS, SSL and QUIC encrypt; HTTP passes only when all its actions, those of rules included, redirect to HTTPS, which a classic load balancer cannot; a redirect that keeps the protocol is plain text. What TCP and UDP pass on is judged by the port that answers behind it, where target groups, Services and pods tell it, and by the listener's own port where nothing does; where they were not read it is unknown. For both one dated table, after the IANA registry, says which ports encrypt by themselves and which do not. A port that is in neither half is unknown with not-supported, which does not count as a gap of the run. A network load balancer before an application load balancer is judged by that one's listener. Internal load balancers and those without a listener are not-applicable. One plain listener fails, whatever the others do.",
  unseen:
    "The protocol that is really spoken on a port, the TLS policy and the certificate. What lies between the load balancer and the pods is not judged.",
  remediation:
    "Give the listener a certificate (HTTPS, TLS or SSL), let an HTTP listener do nothing but redirect to HTTPS, or serve a protocol that encrypts by itself on its registered port.",
  examples: {
    fail: { ...rest, loadBalancers: listening({ port: 80, protocol: "HTTP", actions: known([{ type: "forward", targetGroupArns: [] }]) }) },
    pass: {
      ...rest,
      loadBalancers: listening({
        port: 80,
        protocol: "HTTP",
        actions: known([{ type: "redirect", targetGroupArns: [], redirectProtocol: "HTTPS" }]),
      }),
    },
  },
  evaluate: ({ loadBalancers, network, pods, ...plane }, _settings, about) => {
    const index = { targets: indexTargets(plane.targetGroups), backends: indexBackends({ network, services: plane.services, pods }) };
    return judgeOwners({
      about,
      subjects: madeForCluster(subjectsOf(loadBalancers, plane, about.resource)),
      spoils: ({ loadBalancer: one }) => one.scheme === "internet-facing",
      judge: ({ loadBalancer: one }, subject) => {
        const name = nameOf(subject.resource);
        const { arn, name: its, scheme, listeners } = one;
        const evidence = { deciding: arn, scheme };
        if (scheme === "internal") {
          return { status: "not-applicable", evidence, message: `${name} has internal load balancer ${its}, which faces no internet.` };
        }
        const has = `${name} has internet-facing load balancer ${its}`;
        if (listeners.state === "unknown") {
          const { reason } = listeners;
          return { status: "unknown", reason, evidence, message: `${has}, and its listeners are not known: ${reason.message}` };
        }
        if (listeners.value.length === 0) return { status: "not-applicable", evidence, message: `${has} without listener.` };
        const seen = listeners.value.map((listener) => ({
          on: `${listener.protocol} ${listener.port}`,
          encryption: encryptionOf(one, listener, subject, index),
        }));
        const of = <S extends (typeof seen)[number]["encryption"]["state"]>(state: S) =>
          seen.flatMap(({ on, encryption }) => (encryption.state === state ? [`${on}: ${encryption.why}`] : []));
        const told = { ...evidence, encrypted: few(of("encrypted")), plain: few(of("plain")) };
        const [plain] = of("plain");
        if (plain !== undefined) return { status: "fail", evidence: told, message: `${has}, which carries plain text on ${plain}.` };
        const doubt = seen.find(({ encryption }) => encryption.state === "unknown");
        if (doubt?.encryption.state === "unknown") {
          const { reason } = doubt.encryption;
          const message = `${has}, and whether ${doubt.on} is encrypted is not known: ${reason.message}`;
          return { status: "unknown", reason, evidence: told, message };
        }
        return { status: "pass", evidence: told, message: `${has}, which is encrypted on ${of("encrypted").slice(0, 3).join("; ")}.` };
      },
    });
  },
});
