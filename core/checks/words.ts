/** How messages and evidence of all checks name things. */
import type { Resource } from "../model/resource.ts";
import { type AddressSet, toCidrs } from "../net/addresses.ts";
import { few } from "./listed.ts";

/** "Service shop/web", "LoadBalancer k8s-shop-web". */
export const nameOf = ({ kind, namespace, name }: Resource): string => `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;

/** For evidence, which stays small. */
export const cidrsOf = (set: AddressSet): readonly string[] => few(toCidrs(set));
