/** The report's page as a browser shows it: Chromium without a network. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import AxeBuilder from "@axe-core/playwright";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { findingAnchor } from "../../core/report/html/anchor.ts";
import { toHtml } from "../../core/report/html/page.ts";
import type { PageContext } from "../../core/report/html/view.ts";
import type { Report } from "../../core/report/report.ts";
import { toReport } from "../../core/report/summary.ts";
import { aServiceFinding, clusterOf, sampleChecks, sampleReport, sampleResults } from "../report/sample.ts";
import { largeReport } from "../support/large-report.ts";
import { drawnAfter, launchBrowser, type OpenedReport, openReport, searchTakes, typed } from "../support/open-report.ts";

const usual = largeReport({ clusters: 6, findings: 240 });
const failing = usual.findings.filter(({ status }) => status === "fail");
const passing = usual.findings.filter(({ status }) => status === "pass");

let browser: Browser;
let folder: string;
let opened: OpenedReport | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "report-"));
  browser = await launchBrowser();
});
afterEach(async () => {
  await opened?.page.context().close();
  opened = undefined;
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

interface Opening extends BrowserContextOptions {
  readonly hash?: string;
  readonly known?: PageContext;
}
async function open(report: Report, { known = {}, ...options }: Opening = {}): Promise<Page> {
  const file = join(folder, "report.html");
  await writeFile(file, toHtml(report, known));
  opened = await openReport(browser, file, options);
  return opened.page;
}
const complaints = (): readonly string[] => opened?.complaints ?? ["No page was opened."];

const count = (page: Page): Promise<string | null> => page.locator("#count").textContent();
/** The text of what has the focus, or its name where it has one. */
const focused = (page: Page): Promise<string> =>
  page.evaluate<string>(
    "document.activeElement === document.body ? '' : document.activeElement.id || document.activeElement.textContent.trim()",
  );
async function tabTo(page: Page, wanted: string | RegExp): Promise<void> {
  for (let presses = 0; presses < 400; presses += 1) {
    const now = await focused(page);
    if (typeof wanted === "string" ? now === wanted : wanted.test(now)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`No ${wanted} is reached by the Tab key.`);
}

it("shows every part, lists what fails, and asks for nothing and says nothing to the console", async () => {
  const page = await open(usual);
  const headings = await page.getByRole("heading", { level: 2 }).allTextContents();
  expect(headings).toEqual([
    "What is exposed",
    "Since the last run",
    "Not seen, and why",
    "By cluster",
    "By check",
    "By framework",
    "Findings",
  ]);
  expect(await count(page)).toBe(`${failing.length} of 240 findings`);
  expect(await page.locator("#results .finding").count()).toBe(50);
  expect(complaints()).toEqual([]);
});

it("is narrowed by the keyboard alone, and a finding is opened and its evidence copied by it", async () => {
  const page = await open(usual);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter"); // skip to the findings
  await expect.poll(() => focused(page)).toBe("findings");
  await drawnAfter(page); // the browser goes there once more when it draws, which nobody's next key is faster than
  await drawnAfter(page);
  await tabTo(page, "search");
  await page.keyboard.type("team-3-3");
  const found = failing.filter(({ cluster }) => cluster?.endsWith("/team-3-3"));
  await expect.poll(() => count(page)).toBe(`${found.length} of 240 findings`);
  const [first] = found;
  const severe = found.filter(({ severity }) => severity === first?.severity);
  await page.keyboard.press("Tab");
  while (!(await page.evaluate<boolean>(`document.activeElement.value === "${first?.severity}"`))) await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await expect.poll(() => count(page)).toBe(`${severe.length} of 240 findings`);
  await tabTo(page, "namespace");
  const { namespace = "", name } = first?.resource ?? { name: "" };
  await page.keyboard.type(namespace);
  expect(await page.locator("#results .finding").count()).toBe(severe.filter(({ resource }) => resource.namespace === namespace).length);
  await tabTo(page, new RegExp(`^${first?.severity}.*Service ${namespace}/${name} `, "s"));
  await page.keyboard.press("Enter");
  await tabTo(page, "Copy evidence");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.locator("#said").textContent()).toBe("Copied evidence.");
  expect(await focused(page)).toBe("Copy evidence");
  expect(complaints()).toEqual([]);
});

it("copies where the browser has no clipboard for files", async () => {
  const page = await open(usual, { hash: findingAnchor(failing[0]?.id ?? "") });
  await page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
  await page.getByRole("button", { name: "Copy commands" }).click();
  await expect.poll(() => page.locator("#said").textContent()).toBe("Copied commands.");
  expect(await focused(page)).toBe("Copy commands");
  await page.locator("#search").focus();
  await page.keyboard.press("Control+V");
  expect(await page.locator("#search").inputValue()).toBe(failing[0]?.remediation?.commands?.[0]);
});

it("opens and focuses the finding of a link, also one that the filters hide", async () => {
  const hidden = passing.at(-1);
  const page = await open(usual, { hash: findingAnchor(hidden?.id ?? "") });
  await expect.poll(() => focused(page)).toContain(hidden?.message);
  expect(await page.locator("#linked details[open]").count()).toBe(1);
  expect(await page.locator("#linked details dd").allTextContents()).toContain(hidden?.id);
  await page.getByRole("button", { name: "Clear filters" }).press("Enter");
  await page.locator("#search").fill(hidden?.resource.name ?? "");
  expect(await page.locator(".finding").count()).toBe(2); // above the list, and in it
  expect(await page.locator(`[id="${findingAnchor(hidden?.id ?? "")}"]`).count()).toBe(1);
  await page.getByRole("button", { name: "Close" }).press("Enter");
  await page.locator("#search").fill("");
  expect(await page.locator("#linked").textContent()).toBe("");
  const listed = page.locator("#results .finding").nth(7);
  await page.evaluate(`location.hash = "#${await listed.getAttribute("id")}"`);
  await expect.poll(() => listed.getAttribute("open")).toBe("");
  expect(await page.locator("#linked").textContent()).toBe("");
  await page.evaluate('location.hash = "#finding-0123456789ab"');
  await expect.poll(() => page.locator("#linked").textContent()).toBe("The finding of this link is not in this report.");
  expect(complaints()).toEqual([]);
});

it("follows its own links: a count leads to what it counts, and the address keeps what is shown", async () => {
  const page = await open(usual);
  const link = page.getByRole("list", { name: "Findings by kind" }).getByRole("link", { name: /critical/ });
  const severe = failing.filter(({ severity }) => severity === "critical");
  const critical = severe.length;
  const name = severe[0]?.cluster?.split("/").at(-1) ?? "";
  expect(await link.textContent()).toBe(`${critical} critical`);
  await link.press("Enter");
  await expect.poll(() => count(page)).toBe(`${critical} of 240 findings`);
  expect(await focused(page)).toBe("findings");
  await page.getByLabel("Group by").selectOption("cluster");
  await page.getByLabel("Cluster", { exact: true }).selectOption({ label: name });
  const shown = await count(page);
  await page.reload();
  expect(await count(page)).toBe(shown);
  expect(await page.locator("#results h3.group").allTextContents()).toEqual([expect.stringContaining(name)]);
  await page.getByRole("button", { name: "Clear filters" }).press("Enter");
  expect(await count(page)).toBe("240 of 240 findings");
});

it("goes back with the browser to the list that it began with, and forth again", async () => {
  const page = await open(usual);
  const atFirst = await count(page);
  await page
    .getByRole("link", { name: /passed/ })
    .first()
    .click();
  const passed = `${passing.length} of 240 findings`;
  await expect.poll(() => count(page)).toBe(passed);
  await page.goBack();
  await expect.poll(() => count(page)).toBe(atFirst);
  await page.goForward();
  await expect.poll(() => count(page)).toBe(passed);
  expect(complaints()).toEqual([]);
});

it("shows more by a button, and the focus goes on where the new ones begin", async () => {
  const page = await open(usual);
  await page.getByRole("button", { name: /^Show \d+ more/ }).press("Enter");
  expect(await page.locator("#results .finding").count()).toBe(Math.min(100, failing.length));
  expect(await focused(page)).toBe(await page.locator("#results .finding summary").nth(50).textContent());
});

it("opens a cluster's part by its link, which lists what fails there", async () => {
  const page = await open(usual);
  await page
    .getByRole("row", { name: /team-4-4/ })
    .getByRole("link", { name: "team-4-4" })
    .press("Enter");
  const part = page.locator("details.cluster[open]");
  await expect.poll(() => part.locator(".lines li").count()).toBeGreaterThan(5);
  expect(await part.locator("h3").first().textContent()).toBe("team-4-4");
  await page.reload();
  await expect.poll(() => focused(page)).toMatch(/^team-4-4/);
  const first = part.locator(".lines a").first();
  const message = await first.textContent();
  await first.press("Enter");
  await expect.poll(() => focused(page)).toContain(message);
});

/** Every check once or twice: axe takes its time over each element. */
const small = largeReport({ clusters: 2, findings: 80 });
const first = small.findings[0]?.id ?? "";
const changes = new Map(
  small.clusters.map(({ arn }) => [
    arn,
    { since: "2026-10-31T06:00:00.000Z", opened: [first], worsened: [], reopened: [], resolved: [], notJudged: 1 },
  ]),
);
/** One of each kind, with all that is in it. */
const openOneOfEach = `for (const kind of ["cluster", "reason", "framework", "finding"]) {
  const one = document.querySelector("details." + kind);
  for (const inner of [one, ...one.querySelectorAll("details")]) inner.open = true;
}`;

it.each<[string, BrowserContextOptions, "screen" | "print"]>([
  ["in light", { colorScheme: "light" }, "screen"],
  ["in dark", { colorScheme: "dark" }, "screen"],
  ["on a phone", { viewport: { width: 375, height: 812 } }, "screen"],
  ["on a phone in dark", { viewport: { width: 375, height: 812 }, colorScheme: "dark" }, "screen"],
  ["in print", {}, "print"],
])("axe finds no violation %s, with one of each opened, and nothing is wider than the page", async (_where, options, media) => {
  const page = await open(small, { ...options, known: { changes }, hash: findingAnchor(first) });
  await page.emulateMedia({ media });
  await page.evaluate(openOneOfEach);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`)).toEqual([]);
  expect(await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
  expect(complaints()).toEqual([]);
});

it("prints what is shown, without what only a screen needs", async () => {
  const page = await open(usual);
  await page.emulateMedia({ media: "print" });
  expect(await page.locator("#filters").isVisible()).toBe(false);
  expect(await page.getByRole("navigation").isVisible()).toBe(false);
  expect(await page.locator("#results .finding").first().isVisible()).toBe(true);
});

it("puts on paper all that the list is narrowed to, and says to what", async () => {
  const page = await open(usual, { hash: "findings?status=fail" });
  expect(await page.locator("#results .finding").count()).toBe(50);
  expect(await page.locator("#narrowed").isVisible()).toBe(false);
  await page.evaluate("dispatchEvent(new Event('beforeprint'))");
  await page.emulateMedia({ media: "print" });
  expect(await page.locator("#results .finding").count()).toBe(failing.length);
  expect(await page.locator("#narrowed").isVisible()).toBe(true);
  expect(await page.locator("#narrowed").textContent()).toBe("Listed: status: failing.");
  expect(await page.locator("#unlisted").textContent()).toBe("");
});

it("says of a list that is too long for paper how many of it are not there", async () => {
  const page = await open(largeReport({ clusters: 20, findings: 2_000 }), { hash: "findings?status=fail" });
  await page.evaluate("dispatchEvent(new Event('beforeprint'))");
  await page.emulateMedia({ media: "print" });
  expect(await page.locator("#results .finding").count()).toBe(500);
  expect(await page.locator("#unlisted").textContent()).toBe("100 more are not listed here; report.json, written with this page, has all.");
});

it("lists what fails without scripts, and still asks for nothing", async () => {
  const page = await open(usual, { javaScriptEnabled: false });
  await expect.poll(() => page.locator("noscript p").first().isVisible()).toBe(true);
  expect(await page.locator("noscript li").count()).toBe(failing.length);
  expect(await page.locator("#explorer").isVisible()).toBe(false);
  expect(complaints()).toEqual([]);
});

const hostile = [
  "<img src=x onerror=alert(1)>",
  "</script><script>alert(1)</script>",
  '"\' onmouseover="alert(1)',
  "javascript:alert(1)",
  "\u202egnp.exe\u2066",
  "x".repeat(10_000),
  "]]>--><!--",
  "{{alert(1)}}",
];

it("keeps text what a cluster calls itself, whatever it says", async () => {
  const findings = hostile.map((text, at) =>
    aServiceFinding(`web-${at}`, {
      id: `id ${text}`,
      resource: { kind: "Service", id: text, namespace: text, name: text },
      message: `Seen: ${text}`,
      evidence: { [text]: text, nested: { [text]: [text] }, list: [text] },
      remediation: { text, commands: [text], manifest: text },
      waiver: { owner: text, reason: text, expires: text },
    }),
  );
  const clusters = hostile.map((name, at) => ({
    cluster: {
      ...clusterOf("111122223333", `${at}-${name}`),
      kubernetesVersion: name,
      coverage: [{ read: name, state: "unknown", reason: { code: "refused", message: name } } as const],
    },
    findings: at === 0 ? findings.map((finding) => ({ ...finding, cluster: clusterOf("111122223333", `0-${name}`).arn })) : [],
  }));
  const page = await open(toReport({ ...sampleResults, clusters }), {
    known: { checks: sampleChecks },
  });
  const elements = new Set(await page.evaluate<string[]>("[...document.querySelectorAll('*')].map(({ localName }) => localName)"));
  await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
  await expect.poll(() => page.locator(".finding pre").count()).toBeGreaterThan(hostile.length);
  await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
  expect(await page.locator("#results .finding").count()).toBe(hostile.length);
  const text = await page.locator("#results").textContent();
  for (const one of hostile) expect(text).toContain(`Seen: ${one.replaceAll(/\p{Bidi_Control}/gu, "\ufffd")}`);
  expect([...elements]).not.toContain("img");
  expect(await page.locator("script").count()).toBe(2);
  expect(
    await page.evaluate<string[]>(
      "[...document.querySelectorAll('[href]')].map((one) => one.getAttribute('href')).filter((href) => !href.startsWith('#'))",
    ),
  ).toEqual([]);
  expect(await page.evaluate<number>("document.querySelectorAll('img, iframe, [onerror], [onmouseover], [src]').length")).toBe(0);
  expect(await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
  for (const select of ["namespace", "cluster"]) await page.locator(`#${select}`).selectOption({ index: 1 });
  expect(complaints()).toEqual([]);
});

it("offers the fix of a finding with its cluster, its Region and its account, where its check has one", async () => {
  const finding = failing.find(({ check }) => check === "load-balancer-internal-or-restricted");
  const page = await open(usual, { hash: findingAnchor(finding?.id ?? "") });
  const [arn = "", account = ""] = [finding?.cluster, finding?.cluster?.split(":")[4]];
  const command = `npx eks-perimeter fix --finding ${finding?.id} --cluster ${arn.split("/").at(-1)} --region eu-west-1`;
  const isOfMany = usual.accounts.length > 1;
  expect(await page.locator("details[open] pre").allTextContents()).toContain(isOfMany ? `${command} --account ${account}` : command);
});

it("answers in one glance what the demo exposes, and what of it was not read", { timeout: 120_000 }, async () => {
  const main = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
  await promisify(execFile)(process.execPath, [main, "demo", "--out", folder]);
  opened = await openReport(browser, join(folder, "report.html"));
  const { page } = opened;
  expect(await page.locator("header .banner").textContent()).toMatch(
    /8 clusters in 6 accounts scanned, but not everything was seen.*forbidden, refused.*First run: a baseline/s,
  );
  const cards = await page.evaluate<string[][]>(
    "[...document.querySelectorAll('.cards > li')].map((card) => [...card.querySelectorAll('h3, .name')].map(({ textContent }) => textContent))",
  );
  expect(cards).toMatchObject([
    ["Internet → API server", "shop-prod", "shop-staging"],
    [
      "Internet → load balancers",
      "shop-staging: ops/dashboard",
      "shop-staging: shop/preview",
      "platform-auto: portal/developers",
      "shop-us: shop/backoffice",
    ],
    ["Pods → API server", "shop-prod: shop", "shop-staging: ops", "shop-staging: shop", "payments-prod: payments", "platform-auto: portal"],
    ["Pods → kubelet", "shop-prod", "shop-staging", "payments-prod", "platform-auto"],
    ["Pods → instance metadata", expect.stringContaining("shop-staging")],
    ["Internet → nodes", expect.stringContaining("shop-staging")],
    ["Internet → pods", expect.anything(), expect.anything(), expect.anything(), expect.anything(), expect.anything()],
  ]);
  const height = await page.evaluate<number>("document.querySelectorAll('.cards > li')[3].getBoundingClientRect().bottom");
  expect(height).toBeLessThan(900); // without scrolling
  expect(complaints()).toEqual([]);
});

it("shows a small report as it shows a large one", async () => {
  const page = await open(sampleReport(), { known: { checks: sampleChecks } });
  expect(await count(page)).toBe("2 of 6 findings");
  expect(await page.locator("#results .finding").first().textContent()).toContain("critical");
  expect(complaints()).toEqual([]);
});

it("opens 20,000 findings of 500 clusters within seconds, and answers a keystroke at once", { timeout: 120_000 }, async () => {
  const page = await open(largeReport({ clusters: 500, findings: 20_000 }));
  const openMs = await drawnAfter(page);
  const keys: number[] = [];
  for (const text of typed) keys.push(await searchTakes(page, text));
  keys.sort((a, b) => a - b);
  // The aims are 2 s and 100 ms, as bench/report.ts shows them; a loaded machine is no defect.
  expect(openMs).toBeLessThan(8_000);
  expect(keys[Math.floor(keys.length / 2)]).toBeLessThan(500);
  expect(complaints()).toEqual([]);
});
