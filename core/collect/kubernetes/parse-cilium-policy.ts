import * as z from "zod";
import { CiliumPolicy } from "../../model/cilium-policy.ts";
import { present, QualifiedName, type Scope } from "./object-meta.ts";

const { spec, specs } = CiliumPolicy.unwrap().shape;

/** cilium.io/v2 CiliumNetworkPolicy, and CiliumClusterwideNetworkPolicy, which has no namespace. */
export const ciliumPolicyObject = (scope: Scope): z.ZodType<CiliumPolicy> =>
  z.object({ metadata: QualifiedName[scope], spec, specs }).transform(({ metadata: { namespace, name }, spec, specs }) => ({
    ...(namespace === "" ? { name } : { namespace, name }),
    ...present({ spec, specs }),
  }));
