/**
 * Takes the pictures of docs/images from the demo's report, after `npm run demo`:
 *
 *     npm exec -- node docs/screenshots.ts
 */
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const report = fileURLToPath(new URL("../out/demo/report.html", import.meta.url));
const desk = { width: 1280, height: 900 };
const phone = { width: 390, height: 844 };

/** By name: what of the report is shown, and how. `open` is a selector of what is opened first. */
const pictures = {
  "report-light": { viewport: desk, colorScheme: "light", hash: "", open: "" },
  "report-dark": { viewport: desk, colorScheme: "dark", hash: "", open: "" },
  "report-cluster": { viewport: { ...desk, height: 610 }, colorScheme: "light", hash: "cluster-1", open: "" },
  "report-finding": { viewport: desk, colorScheme: "dark", hash: "findings?status=fail&severity=high", open: "#results .finding summary" },
  "report-phone": { viewport: phone, colorScheme: "light", hash: "", open: "" },
} as const;

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium" });
try {
  for (const [name, { viewport, colorScheme, hash, open }] of Object.entries(pictures)) {
    const context = await browser.newContext({ offline: true, viewport, colorScheme });
    const page = await context.newPage();
    await page.goto(`${pathToFileURL(report).href}#${hash}`);
    if (open !== "") {
      await page.locator(open).first().click();
      await page.evaluate("document.getElementById('count').scrollIntoView()");
    }
    await page.screenshot({ path: join(import.meta.dirname, "images", `${name}.png`) });
    await context.close();
  }
} finally {
  await browser.close();
}
