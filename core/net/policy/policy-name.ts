/** What a policy is called in remarks and models: "Kind namespace/name", or "Kind name". */
import type { CiliumPolicy } from "../../model/cilium-policy.ts";

export interface Named {
  readonly namespace?: string;
  readonly name: string;
}

export const nameOf = <P extends Named>(given: string | ((policy: P) => string), policy: P): string => {
  const kind = typeof given === "string" ? given : given(policy);
  return policy.namespace === undefined ? `${kind} ${policy.name}` : `${kind} ${policy.namespace}/${policy.name}`;
};

export const kindOfCilium = ({ namespace }: Pick<CiliumPolicy, "namespace">): "CiliumNetworkPolicy" | "CiliumClusterwideNetworkPolicy" =>
  namespace === undefined ? "CiliumClusterwideNetworkPolicy" : "CiliumNetworkPolicy";
