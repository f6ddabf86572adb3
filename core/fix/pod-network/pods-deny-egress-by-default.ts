import type { Fix } from "../fix.ts";
import { denyByDefault } from "./deny-by-default.ts";

export const fixPodsDenyEgressByDefault: Fix = denyByDefault("egress");
