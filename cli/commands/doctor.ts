import { collectDeployment, type DeploymentPorts, type DeploymentScope } from "../../core/collect/deployment.ts";
import { isReady, judgeDeployment } from "../../core/doctor/judge.ts";
import type { Settings } from "../../core/model/settings.ts";
import { toPrerequisitesJson, toPrerequisitesText } from "../../core/report/prerequisites.ts";
import { refuseAbsent } from "../absent.ts";
import { type ExitCode, exit } from "../exit.ts";
import { interruptible } from "../interruption.ts";
import type { ClusterScope } from "../live.ts";
import { openDeployment } from "../ports.ts";
import { type Progress, startProgress } from "../progress.ts";
import { loadSettings } from "../settings.ts";
import { onboard } from "./onboard.ts";

export interface DoctorOptions extends ClusterScope {
  readonly onboard?: boolean;
  readonly json?: boolean;
}

/** `doctor`: what the scans of a deployment would be refused; with `--onboard` access entries are created first, where they lack. */
export async function doctor(options: DoctorOptions): Promise<ExitCode> {
  const settings = await loadSettings(options.config);
  const progress = startProgress(options);
  let kept = "Nothing was judged.";
  const announced = (): void => {
    kept = "Nothing was judged; of the access entries that were announced, some may exist now.";
  };
  try {
    return await interruptible(
      () => kept,
      (signal) => lookAtDeployment(options, { settings, progress, signal, announced }),
    );
  } finally {
    progress.stop();
  }
}

interface Looking {
  readonly settings: Settings;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Told when something is about to be created. */
  readonly announced: () => void;
}

async function lookAtDeployment(options: DoctorOptions, { settings, progress, signal, announced }: Looking): Promise<ExitCode> {
  const { roleName, externalId } = options;
  const region = options.region.find((name) => name !== "all");
  const { ports, onboarding } = await openDeployment({
    settings,
    roleName,
    externalId,
    region,
    progress,
    signal,
    onboard: options.onboard === true,
  });
  const seen = await collectDeployment(scopeOf(options, settings, ports), ports, signal);
  progress.stop();
  refuseAbsent(
    options.cluster,
    seen.accounts.flatMap(({ clusters }) => clusters.map(({ name }) => name)),
    seen.accounts.flatMap(({ reads }) => reads),
  );
  if (options.onboard === true) announced();
  const deployment = options.onboard === true ? await onboard(seen, onboarding, signal) : seen;
  const prerequisites = judgeDeployment(deployment);
  process.stdout.write(
    options.json === true ? toPrerequisitesJson(prerequisites) : toPrerequisitesText(prerequisites, process.stdout.columns),
  );
  return isReady(prerequisites) ? exit.ok : exit.failed;
}

/** As `scan` has it: the caller's account and Region where nothing else is named, the configuration's Regions for an organization. */
function scopeOf({ cluster, region, account, org }: DoctorOptions, settings: Settings, ports: DeploymentPorts): DeploymentScope {
  const named = region.includes("all") ? "all" : region.length > 0 ? region : undefined;
  return {
    accounts: org === true ? "organization" : account.length > 0 ? [...new Set(account)] : [ports.caller.account],
    excluded: settings.accounts.exclude,
    central: settings.securityHub.centralAccounts,
    regions: named ?? (org === true ? settings.regions : [ports.homeRegion]),
    ...(cluster.length > 0 ? { clusters: cluster } : {}),
  };
}
