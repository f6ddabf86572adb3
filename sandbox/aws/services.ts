import { accountManagement } from "./account-management.ts";
import { ec2 } from "./ec2/ec2.ts";
import { eks } from "./eks.ts";
import { elb } from "./elb.ts";
import { elbv2 } from "./elbv2.ts";
import type { WireRequest } from "./http.ts";
import { organizations } from "./organizations.ts";
import { securityHub } from "./securityhub/securityhub.ts";
import type { Service } from "./service.ts";
import { sts } from "./sts.ts";

const services: readonly Service[] = [sts, organizations, accountManagement, eks, ec2, elb, elbv2, securityHub];

/** The service that a request means: the one that its signature names, told apart by the API version where two share a name. */
export const serviceOf = (signingName: string, request: WireRequest): Service | undefined =>
  services.find((service) => service.signingName === signingName && (service.serves?.(request) ?? true));
