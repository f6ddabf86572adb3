/** The examples that every check carries, judged: they feed the pages of checks and the gates. */
import type { About, AnyCheck, Verdict } from "../model/check.ts";
import { frozen } from "../model/frozen.ts";
import { accountArn, clusterArn } from "../model/resource.ts";
import { Settings } from "../model/settings.ts";

const account = "111122223333";
const region = "eu-west-1";
const subjects: Readonly<Record<AnyCheck["subject"], About>> = {
  cluster: { resource: { kind: "Cluster", id: clusterArn({ account, region, name: "prod" }), name: "prod" }, account, region },
  account: { resource: { kind: "Account", id: accountArn(account, region), name: account }, account },
};

/** What the examples are judged by: a configuration that calls one range its own, and declares one flow. */
export const exampleSettings = Settings.parse({
  trustedCidrs: ["203.0.113.0/24"],
  flows: [
    {
      name: "shop-web-to-api",
      cluster: "prod",
      from: { namespace: "shop", labels: { app: "web" } },
      to: { namespace: "shop", labels: { app: "api" } },
      port: 8080,
      expect: "allowed",
    },
  ],
});

/** What the check says of one of its examples. */
export const verdictsOn = (check: AnyCheck, example: "fail" | "pass"): readonly Verdict[] =>
  // The example holds what the check needs and uses: defineCheck took both by the same type.
  check.evaluate(frozen(check.examples[example]) as never, exampleSettings, subjects[check.subject]);
