/** EKS add-ons as DescribeAddon has them. */
import type { AddOn } from "../estate/add-on.ts";
import { uuid } from "./ids.ts";
import { arn, type Place } from "./place.ts";

export interface AddOnState {
  readonly arn: string;
  readonly name: string;
  /** The member `addon` of DescribeAddon's answer. */
  readonly description: Readonly<Record<string, unknown>>;
}

const instant = 1_767_225_600;

export function buildAddOn(addOn: AddOn, cluster: string, place: Place): AddOnState {
  const addOnArn = arn(place, "eks", `addon/${cluster}/${addOn.name}/${uuid(place.account, place.region, cluster, addOn.name)}`);
  return {
    arn: addOnArn,
    name: addOn.name,
    description: {
      addonName: addOn.name,
      clusterName: cluster,
      status: addOn.status,
      addonVersion: addOn.version,
      health: { issues: addOn.issues.map((code) => ({ code, message: "The add-on has an issue." })) },
      addonArn: addOnArn,
      createdAt: instant,
      modifiedAt: instant,
      tags: addOn.tags,
      owner: "aws",
      publisher: "eks",
      ...(addOn.configuration === undefined ? {} : { configurationValues: addOn.configuration }),
    },
  };
}
