/** The commands that give pods branch interfaces with a security group of their own. They may be run twice. */
import { ec2Command, ipPermission } from "../../checks/ec2-commands.ts";
import { eksCommand } from "../../checks/endpoint/eks-commands.ts";
import { quoted, quotedJson, quotedJsonWith } from "../../checks/shell.ts";
import type { SecurityGroup } from "../../model/aws.ts";
import type { About } from "../../model/check.ts";
import type { SecurityGroupPolicy } from "../../model/pod-network.ts";
import { labels } from "../policies/names.ts";
import { configureAddOn } from "../vpc-cni-add-on.ts";
import { agent, agentVariables } from "./branch-interfaces.ts";
import { policyPrefix } from "./branch-obstacles.ts";
import type { Grant } from "./pods-group.ts";

/** The variable that holds the id of the pods' group. */
const group = "POD_SECURITY_GROUP";
const stopIf = (condition: string, message: string): string => `if ${condition}; then echo ${quoted(message)} >&2; exit 1; fi`;

/** What strict mode breaks, and no fact tells of. Each question is asked on a line of its own, whose failure stops the script. */
export const guards = (about: About, namespaces: readonly string[]): readonly string[] => [
  "KUBE_PROXY=$(kubectl --namespace kube-system get configmap kube-proxy-config --ignore-not-found --output 'jsonpath={.data.config}')",
  stopIf(
    `printf '%s\\n' "$KUBE_PROXY" | grep -Eq '^ *"?mode"?: *"?(ipvs|nftables)'`,
    "kube-proxy does not run in iptables mode, which is the only one that strict mode knows.",
  ),
  "OTHER_POLICIES=$(kubectl get securitygrouppolicies.vpcresources.k8s.aws --all-namespaces --output name)",
  stopIf(
    `printf '%s\\n' "$OTHER_POLICIES" | grep . | grep -v ${quoted(`/${policyPrefix}`)}`,
    "These SecurityGroupPolicies give pods security groups already: what strict mode changes for them was not judged.",
  ),
  `POD_IDENTITIES=$(${eksCommand(about, "list-pod-identity-associations --cluster-name", "--query 'associations[].namespace'", "--output text")})`,
  stopIf(
    `printf '%s\\n' "$POD_IDENTITIES" | tr '\\t' '\\n' | grep -Fx ${namespaces.map((one) => `-e ${quoted(one)}`).join(" ")}`,
    "Pods of these namespaces have EKS Pod Identity, whose agent no pod on a branch interface reaches in strict mode: give them IAM roles for service accounts first.",
  ),
];

/** @param partition of AWS, such as "aws-cn" */
export const letControllerWork = (about: About, partition: string): readonly string[] => [
  `CLUSTER_ROLE=$(${eksCommand(about, "describe-cluster --name", "--query cluster.roleArn", "--output text")})`,
  `aws iam attach-role-policy --role-name "\${CLUSTER_ROLE##*/}" --policy-arn ${quoted(`arn:${partition}:iam::aws:policy/AmazonEKSVPCResourceController`)}`,
];

export const tellAddOn = (about: About): readonly string[] =>
  configureAddOn(about, addOnValues, `${JSON.stringify(addOnValues)} merged into them`);

const addOnValues = { env: agentVariables[agent.container], init: { env: agentVariables[agent.init] } };

const variablesOf = (container: string): object => ({
  name: container,
  env: Object.entries(agentVariables[container] ?? {}).map(([name, value]) => ({ name, value })),
});

export const tellDaemonSet: readonly string[] = [
  `kubectl --namespace ${agent.namespace} patch daemonset ${agent.name} --type strategic --patch ${quotedJson({
    spec: { template: { spec: { containers: [variablesOf(agent.container)], initContainers: [variablesOf(agent.init)] } } },
  })}`,
];

/** Whatever told the agent: the rest leans on it. */
export const waitForAgent: readonly string[] = [
  `kubectl --namespace ${agent.namespace} rollout status daemonset/${agent.name} --timeout 15m`,
  ...Object.entries(agentVariables).flatMap(([container, variables]) =>
    Object.entries(variables).map(([name, value]) => {
      const list = container === agent.init ? "initContainers" : "containers";
      const path = `jsonpath={.spec.template.spec.${list}[?(@.name=="${container}")].env[?(@.name=="${name}")].value}`;
      return stopIf(
        `[ "$(kubectl --namespace ${agent.namespace} get daemonset ${agent.name} --output ${quoted(path)})" != ${value} ]`,
        `DaemonSet aws-node does not have ${name} ${value} in ${container}.`,
      );
    }),
  ),
];

/** Each node with the number of pods that run there and are to have an interface of their own. */
export const waitForRoom = (counts: ReadonlyMap<string, number>): readonly string[] => [
  [
    `for room in ${[...counts].map(([node, count]) => quoted(`${node}=${count}`)).join(" ")}; do tries=60;`,
    `until [ "$(kubectl get node "\${room%=*}" --output 'jsonpath={.status.allocatable.vpc\\.amazonaws\\.com/pod-eni}')" -ge "\${room##*=}" ] 2>/dev/null; do`,
    "tries=$((tries - 1));",
    `if [ "$tries" -le 0 ]; then echo "Node \${room%=*} has no room for \${room##*=} branch interfaces: its instance type has fewer or none, or it has no free place for a trunk interface." >&2; exit 1; fi;`,
    "sleep 5; done; done",
  ].join(" "),
];

/** The group, found again by its name, with the rules. @param id by which the grants mean it */
export function makeGroup(
  about: About,
  vpcId: string,
  { id, name, description, egress }: SecurityGroup,
  grants: readonly Grant[],
): readonly string[] {
  const find = ec2Command(
    about,
    `describe-security-groups --filters ${quoted(`Name=vpc-id,Values=${vpcId}`)} ${quoted(`Name=group-name,Values=${name}`)} --query 'SecurityGroups[0].GroupId' --output text`,
  );
  const create = ec2Command(
    about,
    `create-security-group --vpc-id ${quoted(vpcId)} --group-name ${quoted(name)} --description ${quoted(description)} --query GroupId --output text`,
  );
  const isId = (text: string): string => (text === id ? `$${group}` : text);
  const change = (verb: string, { groupId, direction, ports, kind, peer }: Grant): string => {
    const permission = { ...ports, cidrs: [], prefixListIds: [], groupIds: [], [kind]: [isId(peer)] };
    const target = groupId === id ? `"$${group}"` : quoted(groupId);
    return `rule ${verb}-security-group-${direction} ${target} ${quotedJsonWith([ipPermission(permission)], [group])}`;
  };
  // EC2 gives every new group these, asked or not.
  const byDefault = ["0.0.0.0/0", "::/0"].map(
    (peer): Grant => ({ groupId: id, direction: "egress", ports: { protocol: "-1" }, kind: "cidrs", peer }),
  );
  const unwanted = byDefault.filter(({ peer }) => !egress.some(({ protocol, cidrs }) => protocol === "-1" && cidrs.includes(peer)));
  return [
    `${group}=$(${find})`,
    `if [ "$${group}" = None ]; then ${group}=$(${create}); fi`,
    // A rule that is there, or that is gone, is no reason to stop.
    `rule() { told=$(${ec2Command(about, '"$1" --group-id "$2" --ip-permissions "$3"')} 2>&1) || case "$told" in *InvalidPermission.Duplicate* | *InvalidPermission.NotFound*) ;; *) printf '%s\\n' "$told" >&2; exit 1 ;; esac; }`,
    ...grants.map((grant) => change("authorize", grant)),
    ...unwanted.map((grant) => change("revoke", grant)),
  ];
}

export const applyPolicies = (policies: readonly SecurityGroupPolicy[]): readonly string[] =>
  policies.map(({ namespace, name, podSelector }) => {
    const object = {
      apiVersion: "vpcresources.k8s.aws/v1beta1",
      kind: "SecurityGroupPolicy",
      metadata: { namespace, name, labels },
      spec: { podSelector, securityGroups: { groupIds: [`$${group}`] } },
    };
    return `printf '%s\\n' ${quotedJsonWith(object, [group])} | kubectl apply --filename -`;
  });

/** A controller of pods that kubectl can make them anew by. */
export interface Restarted {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** One after the other, so that the first that does not come up again stops the rest. */
export const restart = (controllers: readonly Restarted[]): readonly string[] =>
  controllers.flatMap(({ kind, namespace, name }) => {
    const what = quoted(`${kind.toLowerCase()}/${name}`);
    return [
      `kubectl --namespace ${quoted(namespace)} rollout restart ${what}`,
      `kubectl --namespace ${quoted(namespace)} rollout status ${what} --timeout 15m`,
    ];
  });
