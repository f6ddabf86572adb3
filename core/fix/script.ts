/** A plan as a script of a POSIX shell. Text of a cluster or an account stands in it quoted, or in comments of one line. */
import { quoted } from "../checks/shell.ts";
import type { Cluster } from "../model/cluster.ts";
import { plainText } from "../report/plain-text.ts";
import type { Proposal } from "./propose.ts";

export type Planned = Extract<Proposal, { readonly state: "planned" }>;

/** The file beside the script that holds the manifests. */
export const manifestsFile = "manifests.yaml";

/** The lines of a script that carries the plan out. One that is not proved ends before it did anything. */
export function scriptOf({ plan, finding, proved, proof }: Planned, cluster: Cluster): string {
  const { commands, manifests, notes = [], summary } = plan;
  const applies = manifests.length > 0 ? [`kubectl apply --filename "$(dirname -- "$0")/${manifestsFile}"`] : [];
  const all = [...applies, ...commands];
  const lines = [
    "#!/bin/sh",
    comment(summary),
    comment(`For ${finding.check}: ${finding.message}`),
    comment(`Finding ${finding.id}`),
    comment(
      `Made from what was read at ${cluster.facts.readAt.state === "known" ? cluster.facts.readAt.value : "an unknown time"}: read again where that was long ago.`,
    ),
    ...notes.map((note) => comment(`Note: ${note}`)),
    "set -eu",
    ...(proved ? [] : [comment(`NOT PROVED: ${proof.why ?? ""}`), "echo 'This plan is not proved; see proof.txt.' >&2", "exit 1"]),
    ...(all.some(usesAws) ? accountGuard(cluster) : []),
    ...(all.some(usesCluster) ? contextGuard(cluster) : []),
    ...all,
  ];
  return `${lines.join("\n")}\n`;
}

const comment = (text: string): string => `# ${plainText(text)}`;

/** Wherever it stands, such as in a loop. One guard too many harms nobody. */
const usesAws = (command: string): boolean => /(?:^|[\s(])aws [a-z0-9-]+ /.test(command);
const usesCluster = (command: string): boolean => /(?:^|[\s(])(?:kubectl|helm) /.test(command);

/** Another account may have a cluster of this name. */
const accountGuard = ({ account }: Cluster): readonly string[] => [
  `if [ "$(aws sts get-caller-identity --query Account --output text)" != ${quoted(account)} ]; then`,
  `  echo ${quoted(`These commands are for account ${account}.`)} >&2`,
  "  exit 1",
  "fi",
];

/** The context that `aws eks update-kubeconfig` makes is called by the cluster's ARN. */
const contextGuard = ({ resource }: Cluster): readonly string[] => [
  `: "\${KUBE_CONTEXT:=${resource.id.replaceAll(/[^\w:/.-]/g, "_")}}" # of aws eks update-kubeconfig`,
  'kubectl() { command kubectl --context "$KUBE_CONTEXT" "$@"; }',
  'helm() { command helm --kube-context "$KUBE_CONTEXT" "$@"; }',
];
