import * as z from "zod";
import { listOrEmpty, maybe } from "./object-meta.ts";

/**
 * Environment variables that are kept, as they decide how pods are isolated and addressed.
 * Source: aws/amazon-vpc-cni-k8s README.md.
 */
const keptVariables: ReadonlySet<string> = new Set([
  "NETWORK_POLICY_ENFORCING_MODE",
  "ENABLE_POD_ENI",
  "POD_SECURITY_GROUP_ENFORCING_MODE",
  "ENABLE_V4_EGRESS",
  "ENABLE_V6_EGRESS",
  "AWS_VPC_K8S_CNI_EXTERNALSNAT",
  "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG",
]);

/**
 * Flags that are kept. A `switch` stands alone and means "true"; a `text` takes the next argument where it has no "=".
 * Sources: kubernetes-sigs/aws-load-balancer-controller pkg/config, aws/aws-network-policy-agent pkg/config,
 * cloudnativelabs/kube-router pkg/options.
 */
const keptFlags: Readonly<Record<string, "text" | "switch">> = {
  "--default-load-balancer-scheme": "text",
  "--load-balancer-class": "text",
  "--ingress-class": "text",
  "--enable-network-policy": "switch",
  "--run-firewall": "switch",
  "--feature-gates": "text",
  "--cluster-name": "text",
};

const elsewhere = "(valueFrom)";
const vpcCni = "aws-node";
const networkAgents: ReadonlySet<string> = new Set([
  vpcCni,
  "aws-vpc-cni",
  "calico-node",
  "cilium-agent",
  "aws-eks-nodeagent",
  "kube-router",
]);
/** By container and by image, which before version 2.5 was still called after the project's first name. */
const loadBalancerController = "aws-load-balancer-controller";
const itsImages = [loadBalancerController, "aws-alb-ingress-controller"];

/** The fields of a container that settings are taken from. */
export const settingFields = {
  command: listOrEmpty(z.string()),
  args: listOrEmpty(z.string()),
  env: listOrEmpty(z.object({ name: z.string(), value: maybe(z.string()), valueFrom: z.unknown().optional() })),
  /** Whole ConfigMaps and Secrets, behind what is named. */
  envFrom: listOrEmpty(z.unknown()),
};

interface Settable extends z.infer<z.ZodObject<typeof settingFields>> {
  readonly name: string;
  readonly image: string;
}

/**
 * The named settings of the agents that enforce network policy and of the AWS Load Balancer Controller; none of any other
 * container. Whatever else stands in arguments and variables may be a secret, and is dropped.
 */
export function settingsOf({ name, image, command, args, env, envFrom }: Settable): Readonly<Record<string, string>> {
  const repository = repositoryOf(image);
  const isAgent = networkAgents.has(name) || networkAgents.has(repository.split("/").at(-1) ?? "");
  const isController = name === loadBalancerController || itsImages.some((image) => repository.endsWith(image));
  return {
    ...(isAgent || isController ? flagsOf([...command, ...args]) : {}),
    // Any that VPC CNI is not told by name may be among those.
    ...(name === vpcCni && envFrom.length > 0 ? Object.fromEntries([...keptVariables].map((variable) => [variable, elsewhere])) : {}),
    ...(isAgent ? variablesOf(env) : {}),
  };
}

/** An image without its tag and digest; a colon before a slash is that of a port. */
const repositoryOf = (image: string): string => image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");

/** The last occurrence wins, and "--" ends the flags. Source: spf13/pflag flag.go. */
function flagsOf(args: readonly string[]): Readonly<Record<string, string>> {
  const found = new Map<string, string>();
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i] ?? "";
    if (arg === "--") break;
    const [, flag = arg, value] = /^(--[^=]+)=(.*)$/s.exec(arg) ?? [];
    if (!Object.hasOwn(keptFlags, flag)) continue;
    if (value !== undefined) found.set(flag, value);
    else if (keptFlags[flag] === "switch") found.set(flag, "true");
    else {
      i += 1;
      const next = args[i];
      if (next !== undefined) found.set(flag, next);
    }
  }
  return Object.fromEntries(found);
}

/** The last of a name wins. What is taken from elsewhere may be a secret: that it is, is all there is to be known. */
function variablesOf(env: Settable["env"]): Readonly<Record<string, string>> {
  const kept = env.filter(({ name }) => keptVariables.has(name));
  return Object.fromEntries(
    kept.map(({ name, value, valueFrom }) => [name, valueFrom === undefined || valueFrom === null ? (value ?? "") : elsewhere]),
  );
}
