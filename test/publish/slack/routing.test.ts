import { describe, expect, it } from "vitest";
import { Settings } from "../../../core/model/settings.ts";
import type { Severity } from "../../../core/model/severity.ts";
import { channelFor, channelsOf, placeOf, type SlackSettings } from "../../../core/publish/slack/routing.ts";
import { arnOf } from "./sample.ts";

const slackOf = (slack: object): SlackSettings => Settings.parse({ slack: { channel: "C-DEFAULT", ...slack } }).slack as SlackSettings;
const coverage = new Set(["cluster-read-completely"]);
const shop = "111122223333";
const other = "444455556666";
const account = `arn:aws:iam::${shop}:root`;

const routes = [
  { accounts: [shop], clusters: ["prod-*"], minSeverity: "medium", channel: "C-SHOP-PROD" },
  { accounts: [shop], channel: "C-SHOP" },
  { clusters: ["*-dev", "scratch"], minSeverity: "critical", channel: "C-DEV" },
];

describe("a finding goes to", () => {
  it.each<[string, object, string, Severity, string | undefined]>([
    ["the default channel: there are no routes", {}, arnOf("prod"), "high", "C-DEFAULT"],
    ["nobody: below high, which is the default", {}, arnOf("prod"), "medium", undefined],
    ["the default channel: the settings want medium", { minSeverity: "medium" }, arnOf("prod"), "medium", "C-DEFAULT"],
    ["the first route that matches account and cluster", { routes }, arnOf("prod-1"), "high", "C-SHOP-PROD"],
    ["the first route, which wants medium", { routes }, arnOf("prod-1"), "medium", "C-SHOP-PROD"],
    ["nobody: below the route's severity, though a later route matches", { routes }, arnOf("prod-1"), "low", undefined],
    ["the second route: the account matches, the cluster does not match the first", { routes }, arnOf("web"), "high", "C-SHOP"],
    ["nobody: the second route says no severity, so the default counts", { routes }, arnOf("web"), "medium", undefined],
    ["the third route: another account, the cluster matches", { routes }, arnOf("web-dev", other), "critical", "C-DEV"],
    ["nobody: the third route wants critical", { routes }, arnOf("web-dev", other), "high", undefined],
    ["the third route: a name without an asterisk is the whole name", { routes }, arnOf("scratch", other), "critical", "C-DEV"],
    ["the default channel: part of a name is no match", { routes }, arnOf("scratch-2", other), "high", "C-DEFAULT"],
    ["the second route: an account is of no cluster, so the first does not match", { routes }, account, "high", "C-SHOP"],
  ])("%s", (_rule, slack, subject, severity, channel) => {
    const finding = { check: "endpoint-not-open-to-internet", severity };
    expect(channelFor(finding, placeOf(subject), slackOf(slack), coverage)).toBe(channel);
  });
});

describe("what could not be read goes to", () => {
  it.each<[string, object, Severity, string | undefined]>([
    ["the ops channel, whatever the severity", { opsChannel: "C-OPS" }, "medium", "C-OPS"],
    ["the ops channel, also where a route matches", { opsChannel: "C-OPS", routes }, "high", "C-OPS"],
    ["the channel of its cluster: there is no ops channel", { routes }, "medium", "C-SHOP-PROD"],
    ["nobody: there is no ops channel, and it is below the severity", {}, "medium", undefined],
  ])("%s", (_rule, slack, severity, channel) => {
    const finding = { check: "cluster-read-completely", severity };
    expect(channelFor(finding, placeOf(arnOf("prod-1")), slackOf(slack), coverage)).toBe(channel);
  });
});

it("every channel is named once", () => {
  expect(channelsOf(slackOf({ opsChannel: "C-OPS", routes: [...routes, { channel: "C-DEFAULT" }] }))).toEqual([
    "C-DEFAULT",
    "C-OPS",
    "C-SHOP-PROD",
    "C-SHOP",
    "C-DEV",
  ]);
});

it("the place is read out of the ARN, whatever the partition", () => {
  expect(placeOf("arn:aws-cn:eks:cn-north-1:111122223333:cluster/prod")).toMatchObject({
    account: shop,
    region: "cn-north-1",
    cluster: "prod",
  });
  expect(placeOf(account)).toEqual({ subject: account, account: shop, region: "" });
});
