import { expect, it } from "vitest";
import { parseSettings } from "../../cli/settings.ts";
import { defaultSettings } from "../../core/model/settings.ts";

const parse = (text: string) => parseSettings(text, "config.yaml");

it("an empty file means the defaults", () => {
  expect(parse("")).toEqual(defaultSettings);
  expect(defaultSettings).toMatchObject({
    regions: "all",
    memberRoleName: "eks-perimeter-member",
    internet: { ipv4Prefix: 8, ipv6Prefix: 19 },
    securityHub: { centralAccounts: [] },
  });
});

it("takes every part of the documented example", () => {
  const settings = parse(`
trustedCidrs: [203.0.113.0/24, 2001:db8:10::/48]
regions: all
accounts: { exclude: ["999988887777"] }
memberRoleName: eks-perimeter-member
internet: { ipv4Prefix: 8, ipv6Prefix: 19 }
securityHub: { centralAccounts: ["111122223333"] }
publicServices:
  - { cluster: "prod-*", namespace: shop, kind: Ingress, name: web, ports: [443], owner: team-shop, reason: the shop, expires: 2027-06-30 }
apiClients: [{ namespace: argocd }]
kubeletClients: [{ namespace: monitoring, labels: { app: node-agent } }]
systemWorkloads: [{ namespace: security, name: sensor, kind: DaemonSet, images: ["111122223333.dkr.ecr.*/sensor"] }]
flows:
  - { name: shop-web-to-api, cluster: "prod-*", from: { namespace: shop, labels: { app: web } }, to: { namespace: shop, labels: { app: api } }, protocol: TCP, port: 8080, expect: allowed }
  - { name: no-way-out, cluster: "*", from: { namespace: payments }, to: { cidr: 0.0.0.0/0 }, port: 443, expect: denied }
waivers:
  - { check: node-has-no-public-address, resource: "arn:aws:eks:*:111122223333:nodegroup/edge/*", owner: team-net, reason: bastions, expires: 2027-01-31 }
slack: { minSeverity: high, channel: C0123456789, opsChannel: C0987654321, routes: [{ accounts: ["111122223333"], minSeverity: medium, channel: C0555555555 }] }
severity: { endpoint-private-access-enabled: low }
`);
  expect(settings.flows.map(({ protocol }) => protocol)).toEqual(["TCP", "TCP"]);
  expect(settings.securityHub.centralAccounts).toEqual(["111122223333"]);
  expect(settings.waivers[0]?.expires).toBe("2027-01-31");
});

it.each([
  [
    "an unknown key",
    "trustedCidr: [10.0.0.0/8]",
    'config.yaml: the file: unknown "trustedCidr", allowed are trustedCidrs, regions, accounts,',
  ],
  [
    "an unknown key further in",
    "slack: { channel: C0123456789, routes: [{ channel: C0555555555, account: a }] }",
    'config.yaml: slack.routes[0]: unknown "account", allowed are accounts, clusters, minSeverity, channel.',
  ],
  [
    "a range that is none",
    "trustedCidrs: [10.0.0.0/33]",
    'config.yaml: trustedCidrs[0]: found "10.0.0.0/33", must be a CIDR block such as 203.0.113.0/24 or 2001:db8::/32',
  ],
  [
    "an account id that YAML read as a number",
    "accounts: { exclude: [111122223333] }",
    "config.yaml: accounts.exclude[0]: found 111122223333, must be an account id of 12 digits, in quotes",
  ],
  [
    "a central account that YAML read as a number",
    "securityHub: { centralAccounts: [111122223333] }",
    "config.yaml: securityHub.centralAccounts[0]: found 111122223333, must be an account id of 12 digits, in quotes",
  ],
  [
    "a date that is none",
    "waivers: [{ check: a, resource: b, owner: c, reason: d, expires: 2027-02-30 }]",
    'config.yaml: waivers[0].expires: found "2027-02-30", must be a date such as 2027-01-31',
  ],
  [
    "a severity that is none",
    "severity: { some-check: hgih }",
    'config.yaml: severity["some-check"]: found "hgih", Invalid option: expected one of "critical"|"high"|"medium"|"low"|"informational"',
  ],
  [
    "broken YAML",
    "trustedCidrs: [",
    "config.yaml: Flow sequence in block collection must be sufficiently indented and end with a ] at line 1, column 16:",
  ],
])("refuses %s, and says where and what", (_what, text, message) => {
  expect(() => parse(text)).toThrow(message);
});

it("refuses a bomb of aliases in bounded time", () => {
  const bomb = [
    "a: &a [1,1,1,1,1,1,1,1,1]",
    ..."bcdefghi".split("").map((name, i) => `${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[i]}`).join(",")}]`),
  ].join("\n");
  expect(() => parse(bomb)).toThrow("its aliases can't be followed");
});
