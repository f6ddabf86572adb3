import { changeIngress } from "../../checks/ec2-commands.ts";
import { asksFor } from "../../checks/shell.ts";
import type { Listener, LoadBalancer, SecurityGroup, SecurityGroupRule } from "../../model/aws.ts";
import { type Fact, known } from "../../model/fact.ts";
import type { Service } from "../../model/kubernetes.ts";
import { ingressAnnotation, parseList, serviceAnnotation } from "../../net/load-balancer/annotations.ts";
import { indexBackends } from "../../net/load-balancer/backends.ts";
import { encryptionOf } from "../../net/load-balancer/encryption.ts";
import { requestedOf } from "../../net/load-balancer/requested.ts";
import type { FoundManifest, Subject } from "../../net/load-balancer/subjects.ts";
import { indexTargets } from "../../net/load-balancer/targets.ts";
import { coversAnyOf } from "../../net/security-group.ts";
import { aboutOf, type Fix, type FixInput } from "../fix.ts";
import { changed, isNone, planOfSteps, type Step, type Steps } from "../steps.ts";
import { annotateIngress, annotateService } from "./manifest-changes.ts";
import { groupsIn, isInternetFacing, ownGroupsNamed, subjectIn, withGroups, withLoadBalancer } from "./subject.ts";

const variable = "CERTIFICATE_ARN";
const httpsPort = 443;

/** Gives listeners a certificate; those that speak HTTP then only redirect. */
export const fixLoadBalancerEncryptsTraffic: Fix = (input) => {
  const subject = subjectIn(input.cluster.facts, input);
  if (subject === undefined) return { none: "Its load balancers were not read." };
  const steps = encrypted(input, subject);
  if (isNone(steps)) return steps;
  const left = plainAfter(input, steps);
  if (left !== undefined) {
    return {
      none: `Load balancer ${left.name} passes on plain text that no certificate of its own ends: take its listener away, or put the encrypting one behind it.`,
    };
  }
  const { kind, name } = subject.resource;
  const plan = planOfSteps(input, `Encrypts what clients send to ${kind} ${name}.`, steps);
  return { plan: { ...plan, opens: true, notes: [...(plan.notes ?? []), letIn] } };
};

const letIn = "Where port 443 is new, whoever is let in on the plain port is let in there, and nobody else.";

/** One that is not mended by the steps: it stands in front of others. */
function plainAfter(input: FixInput, steps: readonly Step[]): LoadBalancer | undefined {
  const after = { ...input, cluster: { ...input.cluster, facts: changed(input.cluster.facts, steps) } };
  const subject = subjectIn(after.cluster.facts, after);
  return subject?.loadBalancers
    .filter(isInternetFacing)
    .map(({ loadBalancer }) => loadBalancer)
    .find((one) => plainListeners(after, subject, one).length > 0);
}

function encrypted(input: FixInput, subject: Subject): Steps {
  const { manifest } = subject;
  switch (manifest.kind) {
    case "unread":
      return { none: manifest.reason.message };
    case "absent":
    case "none":
      return { none: "No object of the cluster owns the load balancer: whoever made it has to give its listeners a certificate." };
    case "Gateway":
      return {
        none: "A Gateway's listener is HTTPS or TLS by its own protocol, and has its certificate from listenerConfigurations of the LoadBalancerConfiguration: both say for which names, which nothing read tells.",
      };
    case "Service":
      return ofService(input, subject, manifest.service);
    case "Ingress":
      return ofIngress(input, subject, manifest);
  }
}

const asked = (): Step => ({
  asks: [asksFor(variable, "the ARN of a certificate of AWS Certificate Manager for the names that clients use")],
  notes: [
    "Proved with a stand-in for the certificate: which one it is decides nothing here, and everything for clients, who check its names.",
  ],
});

function plainListeners({ cluster: { facts } }: FixInput, subject: Subject, loadBalancer: LoadBalancer): readonly Listener[] {
  const index = {
    targets: indexTargets(facts.targetGroups),
    backends: indexBackends({ network: facts.network, services: facts.services, pods: facts.pods }),
  };
  const all = loadBalancer.listeners.state === "known" ? loadBalancer.listeners.value : [];
  return all.filter((listener) => encryptionOf(loadBalancer, listener, subject, index).state === "plain");
}

/** ELB's protocols that end TLS, by those that carry the same without. */
const withTls: Readonly<Record<"network" | "classic", Readonly<Record<string, string>>>> = {
  network: { TCP: "TLS" },
  classic: { TCP: "SSL", HTTP: "HTTPS" },
};

function ofService(input: FixInput, subject: Subject, service: Service): Steps {
  const steps: Step[] = [];
  const ports = new Set(parseList(serviceAnnotation(service, "aws-load-balancer-ssl-ports") ?? ""));
  for (const { loadBalancer } of subject.loadBalancers.filter(isInternetFacing)) {
    const plain = plainListeners(input, subject, loadBalancer);
    const { type, listeners } = loadBalancer;
    const protocols = type === "network" || type === "classic" ? withTls[type] : {};
    const stuck = plain.find(({ protocol }) => protocols[protocol] === undefined);
    if (stuck !== undefined)
      return {
        none: `The listener ${stuck.protocol} ${stuck.port} of ${loadBalancer.name} can't end TLS: serve a protocol that encrypts by itself.`,
      };
    for (const { port } of plain) ports.add(`${port}`);
    const changedOnes = new Set(plain);
    const all = listeners.state === "known" ? listeners.value : [];
    const after = all.map((one) => (changedOnes.has(one) ? { ...one, protocol: protocols[one.protocol] ?? one.protocol } : one));
    steps.push({ change: (facts) => withLoadBalancer(facts, loadBalancer.arn, { listeners: known(after) }) });
  }
  const hasCertificate = serviceAnnotation(service, "aws-load-balancer-ssl-cert") !== undefined;
  const certificate = hasCertificate ? {} : { "aws-load-balancer-ssl-cert": variable };
  return [
    ...(hasCertificate ? [] : [asked()]),
    annotateService(service, { "aws-load-balancer-ssl-ports": [...ports].join(",") }, certificate),
    ...steps,
    { notes: ["Clients have to speak TLS on these ports from then on: those that do not lose the service."] },
  ];
}

function ofIngress(input: FixInput, subject: Subject, manifest: Extract<FoundManifest, { readonly kind: "Ingress" }>): Steps {
  const { members, ingress } = manifest;
  const balancers = subject.loadBalancers.filter(({ loadBalancer }) => loadBalancer.type === "application");
  const hasCertificate = members.some(
    ({ ingress: one, params }) => ingressAnnotation(one, "certificate-arn") !== undefined || (params?.certificateArns ?? []).length > 0,
  );
  const listening = balancers.flatMap(({ loadBalancer: { listeners } }) => (listeners.state === "known" ? listeners.value : []));
  const wanted = new Map(listening.map(({ protocol, port }) => [port, protocol]));
  if (![...wanted.values()].includes("HTTPS")) wanted.set(httpsPort, "HTTPS");
  if (wanted.get(httpsPort) !== "HTTPS") return { none: "Port 443 is taken by a listener that speaks HTTP: give it another port first." };
  const ports = JSON.stringify([...wanted].toSorted(([a], [b]) => a - b).map(([port, protocol]) => ({ [protocol]: port })));
  const others = members.filter((member) => member.ingress !== ingress);
  const https = [...wanted].find(([, protocol]) => protocol === "HTTPS")?.[0] ?? httpsPort;
  return [
    ...(hasCertificate ? [] : [asked()]),
    annotateIngress(ingress, { "listen-ports": ports, "ssl-redirect": `${https}` }, hasCertificate ? {} : { "certificate-arn": variable }),
    ...others.map((member) => annotateIngress(member.ingress, { "listen-ports": ports })),
    ...balancers.flatMap((ownership) => {
      const requested = requestedOf(manifest, ownership);
      const isOwn = requested.state === "asked" && ownGroupsNamed(requested.sources.sourcesOn, ownership.loadBalancer);
      return redirected(input, ownership.loadBalancer, https, isOwn);
    }),
    { notes: ["Every HTTP listener only redirects to HTTPS from then on: clients that follow no redirect lose the service."] },
  ];
}

const toHttps: NonNullable<Listener["actions"]> = known([{ type: "redirect", targetGroupArns: [], redirectProtocol: "HTTPS" }]);

/** @param isOwn its groups are the user's own, into which the controller writes nothing */
function redirected(input: FixInput, loadBalancer: LoadBalancer, https: number, isOwn: boolean): readonly Step[] {
  const all = loadBalancer.listeners.state === "known" ? loadBalancer.listeners.value : [];
  const http = all.find(({ protocol }) => protocol === "HTTP");
  if (http === undefined) return [];
  const redirecting = all.map((one) => (one.protocol === "HTTP" ? { ...one, actions: toHttps } : one));
  const isThere = all.some(({ protocol }) => protocol === "HTTPS");
  const after = isThere ? redirecting : [...redirecting, { ...http, port: https, protocol: "HTTPS" }];
  const listeners: Fact<readonly Listener[]> = known(after);
  const opened = isThere ? [] : openedToo(input, loadBalancer, http.port, https);
  const about = aboutOf(input);
  return [
    { change: (facts) => withLoadBalancer(facts, loadBalancer.arn, { listeners }) },
    ...opened.map(({ group, rule }) => ({
      commands: isOwn ? [changeIngress(about, "authorize", group.id, [rule])] : [],
      change: (facts: FixInput["cluster"]["facts"]) => withGroups(facts, [{ ...group, ingress: [...group.ingress, rule] }]),
    })),
  ];
}

/** Whoever is let in on the one port, on the other as well, where no rule does that yet. */
function openedToo(
  { cluster }: FixInput,
  { securityGroupIds }: LoadBalancer,
  from: number,
  to: number,
): readonly { readonly group: SecurityGroup; readonly rule: SecurityGroupRule }[] {
  const index = groupsIn(cluster.facts);
  return securityGroupIds.flatMap((id) => {
    const group = index.group(id);
    if (group.state === "unknown") return [];
    const at = (port: number) => ({ protocol: "tcp" as const, from: port, to: port });
    const rules = group.value.ingress.filter((rule) => coversAnyOf(rule, at(from)) && !coversAnyOf(rule, at(to)));
    if (rules.length === 0) return [];
    const rule: SecurityGroupRule = {
      protocol: "tcp",
      fromPort: to,
      toPort: to,
      cidrs: [...new Set(rules.flatMap(({ cidrs }) => cidrs))],
      prefixListIds: [...new Set(rules.flatMap(({ prefixListIds }) => prefixListIds))],
      groupIds: [...new Set(rules.flatMap(({ groupIds }) => groupIds))],
      descriptions: [],
    };
    return [{ group: group.value, rule }];
  });
}
