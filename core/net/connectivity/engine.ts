import type { Workload } from "../../model/workloads.ts";
import type { Engine } from "../policy/translation.ts";

/** What may tell an engine: what runs, and the API groups of the objects. */
export interface EngineSigns {
  readonly workloads: readonly Workload[];
  readonly groups: ReadonlySet<string>;
}

export interface FoundEngine {
  readonly engine: Engine;
  /** One clause. */
  readonly why: string;
}

/** DaemonSets of engines, in namespaces where their installers put them. Sources: domain rules of the engines; README of each. */
const agents: readonly { readonly engine: Engine; readonly isIt: (workload: Workload) => boolean }[] = [
  { engine: "calico", isIt: ({ name, namespace }) => name === "calico-node" && ["calico-system", "kube-system"].includes(namespace) },
  { engine: "cilium", isIt: ({ name }) => name === "cilium" },
  {
    engine: "vpc-cni",
    isIt: ({ name, namespace, template }) =>
      name === "aws-node" &&
      namespace === "kube-system" &&
      template.spec.containers.some(({ settings }) => settings["--enable-network-policy"] === "true"),
  },
];

const engineOfGroup: Readonly<Record<string, Engine>> = {
  "crd.projectcalico.org": "calico",
  "projectcalico.org": "calico",
  "operator.tigera.io": "calico",
  "cilium.io": "cilium",
  "networking.k8s.aws": "vpc-cni",
};

/** The engine whose agent runs, else the one whose kinds of objects there are; "kubernetes" where that tells none, or several. */
export function engineIn({ workloads, groups }: EngineSigns): FoundEngine {
  const running = workloads.flatMap((workload) =>
    workload.kind !== "DaemonSet"
      ? []
      : agents
          .filter(({ isIt }) => isIt(workload))
          .map(({ engine }) => ({ engine, why: `DaemonSet ${workload.namespace}/${workload.name} was found` })),
  );
  const kinds = [...groups].flatMap((group) => {
    const engine = Object.hasOwn(engineOfGroup, group) ? engineOfGroup[group] : undefined;
    return engine === undefined ? [] : [{ engine, why: `objects of ${group} were found` }];
  });
  const signs = running.length > 0 ? running : kinds;
  const [first] = signs;
  if (first === undefined) return { engine: "kubernetes", why: "no sign of another engine was found" };
  if (signs.every(({ engine }) => engine === first.engine)) return first;
  const all = [...new Set(signs.map(({ why }) => why))].join(" and ");
  return { engine: "kubernetes", why: `${all}, which are of several engines` };
}
