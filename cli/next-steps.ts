import { quoted } from "../core/checks/shell.ts";
import { hasFix } from "../core/fix/index.ts";
import { severities } from "../core/model/severity.ts";
import { plainText } from "../core/report/plain-text.ts";
import type { Report } from "../core/report/report.ts";

/** What the commands that follow are to be given. */
export interface Steps {
  /** The input of `fix`, such as " --org"; absent where it can have none. */
  readonly fix?: string;
  /** The scope of `doctor`; absent where nothing was read just now. */
  readonly doctor?: string;
}

/** Saved evidence as the input of `fix`; nothing for a path that can't be shown as it is. */
export const fixFrom = (path: string): Pick<Steps, "fix"> => (plainText(path) === path ? { fix: ` --evidence ${quoted(path)}` } : {});

/** What to type after a run: what mends the worst that can be mended, and what says how to see the rest. */
export function nextSteps({ accounts, clusters, findings, summary }: Report, { fix, doctor }: Steps): readonly string[] {
  const fails = findings.filter(({ status, check }) => status === "fail" && hasFix(check));
  const worst = severities.map((one) => fails.find(({ severity }) => severity === one)).find((finding) => finding !== undefined);
  const coverage = [...accounts, ...clusters].flatMap((one) => one.coverage);
  const isThrottled = coverage.some(({ reason }) => reason?.code === "throttled");
  const isElsewhere = clusters.length === 0 && summary.complete && doctor !== undefined && !doctor.includes(" --org");
  return [
    ...(isElsewhere ? ["Clusters of other Regions: --region all. Of other accounts: --account ID, or --org."] : []),
    ...(worst === undefined || fix === undefined ? [] : [`npx eks-perimeter fix${fix} --check ${worst.check}`]),
    ...(summary.complete || doctor === undefined ? [] : [`To read the rest: npx eks-perimeter doctor${doctor}`]),
    ...(isThrottled && doctor !== undefined ? ["Scan again later, or fewer accounts at once: reads were throttled."] : []),
  ];
}
