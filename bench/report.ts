/**
 * Prints what the report's page costs: the time and the largest memory of a process that makes it, its size, and how long headless
 * Chromium takes to open it and to answer a keystroke in its search, the slowest of six.
 *
 *     npm exec -- node bench/report.ts
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { toHtml } from "../core/report/html/page.ts";
import { largeReport } from "../test/support/large-report.ts";
import { drawnAfter, launchBrowser, openReport, searchTakes, typed } from "../test/support/open-report.ts";

const sizes = [
  { clusters: 8, findings: 400 },
  { clusters: 500, findings: 20_000 },
  { clusters: 3_000, findings: 120_000 },
];

const [, script = "", index] = process.argv;
if (index === undefined) await measureAll();
else make(Number(index));

/** Makes the page of one size and writes it to stdout, what it took to stderr. */
function make(at: number): void {
  const report = largeReport(sizes[at] ?? { clusters: 0, findings: 0 });
  const start = performance.now();
  const page = toHtml(report);
  const seconds = (performance.now() - start) / 1000;
  process.stderr.write(JSON.stringify({ seconds, megabytes: process.resourceUsage().maxRSS / 1024 }));
  process.stdout.write(page);
}

async function measureAll(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "report-"));
  process.stdout.write("clusters  findings   make s   peak MB   page MB   gzip MB   open ms   key ms\n");
  try {
    for (const [at, { clusters, findings }] of sizes.entries()) {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, String(at)], { maxBuffer: 1 << 30 });
      const { seconds, megabytes } = JSON.parse(stderr) as { readonly seconds: number; readonly megabytes: number };
      const file = join(folder, `${at}.html`);
      await writeFile(file, stdout);
      const { openMs, keyMs } = await opened(file);
      const million = (bytes: number): string => (bytes / 1e6).toFixed(1).padStart(9);
      const columns = [
        String(clusters).padStart(8),
        String(findings).padStart(9),
        seconds.toFixed(2).padStart(8),
        megabytes.toFixed(0).padStart(9),
        million(Buffer.byteLength(stdout)),
        million(gzipSync(stdout).length),
        openMs.toFixed(0).padStart(9),
        keyMs.toFixed(0).padStart(8),
      ];
      process.stdout.write(`${columns.join(" ")}\n`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function opened(file: string): Promise<{ readonly openMs: number; readonly keyMs: number }> {
  const browser = await launchBrowser();
  try {
    const { page } = await openReport(browser, file);
    const openMs = await drawnAfter(page);
    let keyMs = 0;
    for (const text of typed) keyMs = Math.max(keyMs, await searchTakes(page, text));
    return { openMs, keyMs };
  } finally {
    await browser.close();
  }
}
