import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { severities } from "../../../core/model/severity.ts";
import { type News, newsKinds } from "../../../core/publish/news.ts";
import { type ChannelNews, digest, digestInOne } from "../../../core/publish/slack/digest.ts";
import { link, literal, type Message } from "../../../core/publish/slack/message.ts";
import { withResolved } from "../../../core/publish/slack/resolved-since.ts";
import { placeOf } from "../../../core/publish/slack/routing.ts";
import { aChannel, aNews, arnOf, aSubject, shown } from "./sample.ts";

const hub = link("https://eu-west-1.console.aws.amazon.com/securityhub/home?region=eu-west-1#/findings", "Security Hub in eu-west-1");

describe("what is read", () => {
  it("changes: counted in the message, listed by cluster in its thread, the end of things last", () => {
    const [parent, ...thread] = digest(
      aChannel(
        [
          aSubject("staging", [aNews("old", "resolved"), aNews("api", "worsened", "high", { before: { as: "fail", severity: "medium" } })]),
          aSubject("prod", [
            aNews("pay", "reopened", "critical"),
            aNews("web", "opened"),
            aNews("cdn", "waiver-ended"),
            aNews("a", "resolved"),
          ]),
        ],
        { links: [hub], unseen: ["1 of 40 clusters was not read completely."] },
      ),
    );
    expect(shown(parent as Message)).toMatchInlineSnapshot(`
      "# EKS perimeter: 1 opened, 1 worsened, 1 reopened, 1 waiver ended, 2 resolved
      Opened: 1 high
      Worsened: 1 high
      Reopened: 1 critical
      Waiver ended: 1 high
      Resolved: 2 high
      prod in 111122223333, eu-west-1: 1 opened, 1 reopened, 1 waiver ended, 1 resolved
      staging in 111122223333, eu-west-1: 1 worsened, 1 resolved
      1 of 40 clusters was not read completely.
      <https://eu-west-1.console.aws.amazon.com/securityhub/home?region=eu-west-1#/findings|Security Hub in eu-west-1> · Report: /state/runs/run-1/report.html · Run run-1"
    `);
    expect(thread.map(shown).join("\n---\n")).toMatchInlineSnapshot(`
      "# prod in 111122223333, eu-west-1
      🟠 Opened, high: Service shop/web is reachable from the internet on port 443. (load-balancer-internal-or-restricted)
      🔴 Reopened (first seen 2026-01-02), critical: Service shop/pay is reachable from the internet on port 443. (load-balancer-internal-or-restricted)
      🟠 Waiver ended, high: Service shop/cdn is reachable from the internet on port 443. (load-balancer-internal-or-restricted)
      ✅ Resolved, was high: Service shop/a (load-balancer-internal-or-restricted)
      # staging in 111122223333, eu-west-1
      🟠 Worsened from medium, high: Service shop/api is reachable from the internet on port 443. (load-balancer-internal-or-restricted)
      ✅ Resolved, was high: Service shop/old (load-balancer-internal-or-restricted)"
    `);
    expect(parent?.text).toMatchInlineSnapshot(`
      "EKS perimeter: 1 opened, 1 worsened, 1 reopened, 1 waiver ended, 2 resolved
      Opened: 1 high
      Worsened: 1 high
      Reopened: 1 critical
      Waiver ended: 1 high
      Resolved: 2 high
      1 of 40 clusters was not read completely."
    `);
  });

  it("a first scan: what fails is counted and not listed", () => {
    const messages = digest(
      aChannel([
        aSubject("prod", [aNews("web", "opened", "critical"), aNews("api", "opened"), aNews("cdn", "opened")], true),
        aSubject("calm", [], true),
        { ...aSubject("closed", [], true), isUnread: true },
        { place: placeOf("arn:aws:iam::111122223333:root"), isFirst: true, news: [aNews("x", "opened")] },
      ]),
    );
    expect(messages.map(shown).join("\n---\n")).toMatchInlineSnapshot(`
      "# EKS perimeter: 3 clusters and 1 account scanned for the first time
      Scanned for the first time: what fails is counted here, and from now on changes are told.
      prod in 111122223333, eu-west-1: 1 critical, 2 high
      Account 111122223333: 1 high
      calm in 111122223333, eu-west-1: nothing severe enough
      closed in 111122223333, eu-west-1: nothing severe enough, not read completely
      Report: /state/runs/run-1/report.html · Run run-1"
    `);
  });

  it("hostile names are shown as they are, and cut where they are long", () => {
    const names = [
      "<!channel> <!here> @here <@U012AB3CD> #general",
      "<https://evil.example|Security Hub> [a](https://evil.example)",
      "*bold* _italic_ ~struck~ `code` ```block``` :rotating_light:",
      "> quoted\n>>> and a second line\r\n• a third",
      "\u202Egnp.exe\u2066 hidden\u200Bzero\u2060width\uFEFF \u001b[31mred\u0007",
      `${"A".repeat(10_000)}`,
      "&amp; &lt;!channel&gt;",
    ];
    const news = names.map((name, at) => aNews(`${at}`, "opened", "high", { message: `Service ${name} is open.`, id: `${at}` }));
    const [, thread] = digest(aChannel([aSubject("prod", news)]));
    expect(shown(thread as Message)).toMatchInlineSnapshot(`
      "# prod in 111122223333, eu-west-1
      🟠 Opened, high: Service &lt;!channel&gt; &lt;!here&gt; @here &lt;@U012AB3CD&gt; #general is open. (load-balancer-internal-or-restricted)
      🟠 Opened, high: Service &lt;https://evil.example|Security Hub&gt; [a](https://evil.example) is open. (load-balancer-internal-or-restricted)
      🟠 Opened, high: Service *bold* _italic_ ~struck~ \`code\` \`\`\`block\`\`\` :rotating_light: is open. (load-balancer-internal-or-restricted)
      🟠 Opened, high: Service &gt; quoted &gt;&gt;&gt; and a second line • a third is open. (load-balancer-internal-or-restricted)
      🟠 Opened, high: Service �gnp.exe� hidden�zero�width� red� is open. (load-balancer-internal-or-restricted)
      🟠 Opened, high: Service AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA… (9,618 more characters) (load-balancer-internal-or-restricted)
      🟠 Opened, high: Service &amp;amp; &amp;lt;!channel&amp;gt; is open. (load-balancer-internal-or-restricted)"
    `);
  });

  it("without threads: one message with the most severe first", () => {
    const message = digestInOne(
      aChannel([
        aSubject("staging", [aNews("api", "opened", "high")]),
        aSubject("prod", [aNews("old", "resolved"), aNews("web", "opened", "critical")]),
      ]),
    );
    expect(shown(message)).toMatchInlineSnapshot(`
      "# EKS perimeter: 2 opened, 1 resolved
      Opened: 1 critical, 1 high
      Resolved: 1 high
      prod in 111122223333, eu-west-1: 1 opened, 1 resolved
      staging in 111122223333, eu-west-1: 1 opened
      # prod in 111122223333, eu-west-1
      🔴 Opened, critical: Service shop/web is reachable from the internet on port 443. (load-balancer-internal-or-restricted)
      ✅ Resolved, was high: Service shop/old (load-balancer-internal-or-restricted)
      # staging in 111122223333, eu-west-1
      🟠 Opened, high: Service shop/api is reachable from the internet on port 443. (load-balancer-internal-or-restricted)
      Report: /state/runs/run-1/report.html · Run run-1"
    `);
  });
});

it("literal: what was cut off is counted", () => {
  expect(literal("B".repeat(10_000), 10)).toBe(`${"B".repeat(9)}… (9,991 more characters)`);
  expect(literal("B".repeat(10), 10)).toBe("B".repeat(10));
});

const hostile = fc.oneof(
  fc.constantFrom("<!channel>", "<@U0>", "<https://a.example|b>", "*b*", "`c`", "_i_", "~s~", ">q", "&", "\u202E", "\u200B", "\n", "@here"),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constant("<&>".repeat(3_000)),
);
const name = fc.array(hostile, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(""));
const news: fc.Arbitrary<News> = fc
  .record({ name, kind: fc.constantFrom(...newsKinds), severity: fc.constantFrom(...severities) })
  .map(({ name, kind, severity }) =>
    aNews("web", kind, severity, { id: name, check: name, message: name, resource: { kind: name, id: name, name, namespace: name } }),
  );
const channel: fc.Arbitrary<ChannelNews> = fc
  .array(
    fc.record({
      cluster: fc.oneof(fc.constant("prod"), name),
      isFirst: fc.boolean(),
      some: fc.array(news, { minLength: 1, maxLength: 4 }),
      times: fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 1, max: 10 }) }, { weight: 1, arbitrary: fc.constant(200) }),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((subjects) =>
    aChannel(
      subjects.map(({ cluster, isFirst, some, times }) => ({
        place: placeOf(arnOf(cluster)),
        isFirst,
        news: Array.from({ length: times }, () => some).flat(),
      })),
      { links: [hub, hub, hub, hub, hub, hub], unseen: ["2 of 3 clusters were not read completely."] },
    ),
  );

/** What Slack would refuse, or obey. */
function faultsOf({ text, blocks }: Message): readonly string[] {
  const faults: string[] = [];
  const say = (what: string, isSo: boolean) => isSo && faults.push(what);
  say("no text", text.length === 0);
  say("long text", text.length > 4_000);
  say("blocks", blocks.length > 50 || blocks.length === 0);
  say("all blocks", JSON.stringify(blocks).length > 12_000);
  say("live text", isLive(text));
  for (const block of blocks) {
    const objects = block.type === "context" ? block.elements : [block.text];
    say("context", block.type === "context" && block.elements.length > 10);
    for (const object of objects) {
      say("empty", object.text.length === 0);
      say("header", block.type === "header" && object.text.length > 150);
      say("section", object.text.length > 3_000);
      if (object.type === "plain_text") say("live", isLive(object.text) || object.emoji !== false);
      else say("markup", object.text !== hub.text);
    }
  }
  return faults;
}
const isLive = (text: string): boolean =>
  /[<>]|&(?!(?:amp|lt|gt);)|[\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u.test(text) || /[^\P{Cc}\n]/u.test(text);

it("any number of news with any names stays within the limits of Slack and can do no harm", () => {
  fc.assert(
    fc.property(channel, (one) => {
      const messages = digest(one);
      expect(messages.length).toBeLessThanOrEqual(21);
      const resolved = withResolved(messages[0] as Message, 2_000, 3_000, new Date());
      expect([...messages, resolved, digestInOne(one)].flatMap(faultsOf)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

it("what is not listed is counted: lines and counts add up to all news", () => {
  const countOf = (messages: readonly Message[]) => {
    const text = messages.map(shown).join("\n");
    const more = [...text.matchAll(/^and ([\d,]+) more (?:of it )?in the report$/gm)].map(([, count = ""]) =>
      Number(count.replaceAll(",", "")),
    );
    return (text.match(/^(?:🔴|🟠|🟡|⚪|✅) /gmu)?.length ?? 0) + more.reduce((sum, count) => sum + count, 0);
  };
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 130 }), { minLength: 1, maxLength: 60 }), (sizes) => {
      const one = aChannel(
        sizes.map((size, at) =>
          aSubject(
            `c${at}`,
            Array.from({ length: size }, (_, i) => aNews(`${i}`, "opened", "high", { id: `${i}` })),
          ),
        ),
      );
      const total = sizes.reduce((sum, size) => sum + size, 0);
      expect(countOf(digest(one).slice(1))).toBe(total);
      expect(countOf([digestInOne(one)])).toBe(total);
    }),
    { numRuns: 50 },
  );
});
