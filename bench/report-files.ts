/**
 * Prints what a report in every format costs, each written after the other into a folder as `scan --out` does: the time of each, its
 * size, and the largest memory of the process so far.
 *
 *     npm exec -- node bench/report-files.ts [CLUSTERS FINDINGS]
 */
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reportFiles } from "../cli/report-files.ts";
import { writeWhole } from "../cli/whole-files.ts";
import { checks } from "../core/checks/index.ts";
import { largeReport } from "../test/support/large-report.ts";

const [clusters = 500, findings = 20_000] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), "report-"));
const line = (name: string, seconds: number, bytes: number): void => {
  const columns = [seconds.toFixed(2), (bytes / 1e6).toFixed(1), (process.resourceUsage().maxRSS / 1024).toFixed(0)];
  process.stdout.write(`${name.padEnd(20)} ${columns.map((column) => column.padStart(8)).join(" ")}\n`);
};
try {
  const report = largeReport({ clusters, findings });
  process.stdout.write(`${clusters} clusters, ${report.findings.length} findings\n${" ".repeat(20)}        s       MB  peak MB\n`);
  line("(the report itself)", 0, 0);
  let total = 0;
  for (const [name, make] of Object.entries(reportFiles(report, checks, { homeRegion: "eu-west-1" }))) {
    const start = performance.now();
    await writeWhole(folder, { [name]: make });
    const seconds = (performance.now() - start) / 1000;
    total += seconds;
    line(name, seconds, (await stat(join(folder, name))).size);
  }
  line("all", total, 0);
} finally {
  await rm(folder, { recursive: true });
}
