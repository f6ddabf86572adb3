/** What AWS Load Balancer Controller was told by its flags, as far as its Deployment could be read. */
import type { LoadBalancer } from "../../model/aws.ts";
import { type Fact, known, unknown } from "../../model/fact.ts";
import type { Workload } from "../../model/workloads.ts";

type Scheme = LoadBalancer["scheme"];

export interface ControllerFlags {
  /** Whether a Deployment of the controller was read: without one its flags are taken to be what they are when nobody sets them. */
  readonly isRead: boolean;
  /** Of load balancers whose manifest is silent, and where that was found; unknown where Deployments contradict each other. */
  readonly defaultScheme: Fact<{ readonly scheme: Scheme; readonly rule: string }>;
  /** Service classes that it takes: several with several Deployments. */
  readonly loadBalancerClasses: ReadonlySet<string>;
  /** Values of the annotation kubernetes.io/ingress.class that it takes. */
  readonly ingressClasses: ReadonlySet<string>;
  /** Whether it takes Ingresses without any class. */
  readonly takesClassless: boolean;
}

/** Source: aws-load-balancer-controller:pkg/config (controller_config.go, ingress_config.go). */
const unset = { scheme: "internal", loadBalancerClass: "service.k8s.aws/nlb", ingressClass: "alb" } as const;
const flags = {
  scheme: "--default-load-balancer-scheme",
  loadBalancerClass: "--load-balancer-class",
  ingressClass: "--ingress-class",
} as const;

/** The flags that are in force where no Deployment of the controller was read. */
export const usualFlags: ControllerFlags = {
  isRead: false,
  defaultScheme: known({ scheme: unset.scheme, rule: "the default of AWS Load Balancer Controller, whose Deployment was not read" }),
  loadBalancerClasses: new Set([unset.loadBalancerClass]),
  ingressClasses: new Set([unset.ingressClass]),
  takesClassless: false,
};

/** The controller is known by the repository of its image, since Helm names its Deployment after the release. */
export function controllerFlagsOf(workloads: Fact<readonly Workload[]>): ControllerFlags {
  if (workloads.state === "unknown") return usualFlags;
  const found = workloads.value.flatMap((workload) => {
    if (workload.kind !== "Deployment") return [];
    const container = workload.template.spec.containers.find(({ isInit, image }) => !isInit && isOfController(image));
    return container === undefined ? [] : [{ name: `${workload.namespace}/${workload.name}`, settings: container.settings }];
  });
  if (found.length === 0) return usualFlags;
  const valuesOf = (flag: string, otherwise: string): readonly string[] => [
    ...new Set(found.map(({ settings }) => (Object.hasOwn(settings, flag) ? (settings[flag] ?? "") : otherwise))),
  ];
  const ingressClasses = valuesOf(flags.ingressClass, unset.ingressClass);
  const takesClassless = ingressClasses.includes("");
  return {
    isRead: true,
    defaultScheme: schemeAmong(
      valuesOf(flags.scheme, unset.scheme),
      found.map(({ name }) => name),
    ),
    loadBalancerClasses: new Set(valuesOf(flags.loadBalancerClass, unset.loadBalancerClass)),
    // Without a class of its own it takes the annotation "alb", and what has no class. Source: pkg/ingress/class_annotation_matcher.go.
    ingressClasses: new Set([...ingressClasses, ...(takesClassless ? [unset.ingressClass] : [])]),
    takesClassless,
  };
}

/** Before version 2.5 the manifests still named the image after the project's first name. Source: aws-load-balancer-controller:docs/install. */
const repositories = ["aws-load-balancer-controller", "aws-alb-ingress-controller"];
const isOfController = (image: string): boolean => repositories.some((name) => repositoryOf(image).endsWith(name));

/** An image without its tag and digest; a colon before a slash is that of a port. */
const repositoryOf = (image: string): string => image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");

function schemeAmong(values: readonly string[], names: readonly string[]): ControllerFlags["defaultScheme"] {
  const [scheme] = values;
  const where = names.join(", ");
  if (values.length > 1) {
    return unknown("depends-on-unknown", `Deployments ${where} set ${flags.scheme} to ${values.join(" and ")}.`);
  }
  if (scheme === "internal" || scheme === "internet-facing") {
    return known({ scheme, rule: `${flags.scheme} ${scheme} of Deployment ${where}` });
  }
  return unknown("malformed", `Deployment ${where} sets ${flags.scheme} to ${JSON.stringify(scheme)}, which is no scheme.`);
}
