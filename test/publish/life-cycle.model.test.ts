/** Random histories of two clusters, told to Security Hub and Slack by runs that fail, crash, overlap and come twice. */
import { BatchUpdateFindingsCommand } from "@aws-sdk/client-securityhub";
import fc from "fast-check";
import { expect, it } from "vitest";
import { evaluateCluster } from "../../core/evaluate.ts";
import { type AnyCheck, defineCheck } from "../../core/model/check.ts";
import { known, unknown } from "../../core/model/fact.ts";
import { findingId } from "../../core/model/finding-id.ts";
import { clusterArn, objectId } from "../../core/model/resource.ts";
import type { Severity } from "../../core/model/severity.ts";
import { isAtLeast } from "../../core/model/severity.ts";
import { FindingState, type Remembered } from "../../core/publish/finding-state.ts";
import { publishCluster, publishGoneCluster } from "../../core/publish/publish.ts";
import { type Batch, Outbox, outboxKey } from "../../core/publish/slack/outbox.ts";
import { tellChanges } from "../../core/publish/slack/tell.ts";
import { statesPrefix } from "../../core/publish/state-store.ts";
import type { Posted, SlackFault } from "../../sandbox/slack/workspace.ts";
import { aCluster, account, anEndpoint, aService, region, withSettings } from "../support/cluster.ts";
import { type Around, hubInProcess } from "../support/hub-in-process.ts";
import { memoryStore } from "../support/memory-store.ts";
import { slackInProcess } from "../support/slack-in-process.ts";
import { Reader } from "./slack/reader.ts";

const runs = Number(process.env.LIFE_CYCLE_RUNS ?? 2_000);
/** The same histories in every run, so that a change is judged by itself; others by another number. */
const seed = Number(process.env.LIFE_CYCLE_SEED ?? 7_002);

const endpointCheck = defineCheck({
  id: "endpoint-public-access-disabled",
  title: "The API endpoint has no public access",
  surface: "endpoint",
  severity: "medium",
  needs: ["endpoint"],
  why: "Because.",
  judged: "By what was read.",
  unseen: "Nothing else.",
  remediation: "Turn public access off.",
  examples: { fail: { endpoint: anEndpoint({ publicAccess: true }) }, pass: { endpoint: anEndpoint() } },
  evaluate: ({ endpoint: { publicAccess } }, _settings, { resource }) => [
    { resource, status: publicAccess ? "fail" : "pass", message: `Public access is ${publicAccess}.`, evidence: { publicAccess } },
  ],
});
const servicesCheck = defineCheck({
  id: "service-uses-no-external-ips",
  title: "Services claim no external address",
  surface: "load-balancer",
  severity: "medium",
  needs: ["services"],
  why: "Because.",
  judged: "By what was read.",
  unseen: "Nothing else.",
  remediation: "Remove spec.externalIPs.",
  examples: { fail: { services: [] }, pass: { services: [] } },
  evaluate: ({ services }, _settings, { resource }) =>
    services.map(({ name, externalIPs }) => ({
      resource: { kind: "Service", id: objectId(resource.id, "services", name, "shop"), namespace: "shop", name },
      status: externalIPs.length > 0 ? "fail" : "pass",
      message: `Service ${name} claims ${externalIPs.length} addresses.`,
      evidence: { externalIPs },
    })),
});
const checks: Readonly<Record<"all" | "endpoint" | "services", readonly AnyCheck[]>> = {
  all: [endpointCheck, servicesCheck],
  endpoint: [endpointCheck],
  services: [servicesCheck],
};

const clusters = ["prod", "stage"] as const;
type ClusterName = (typeof clusters)[number];
type ServiceName = "api" | "web";
const arnOf = (name: ClusterName) => clusterArn({ account, region, name });
const serviceArn = (cluster: ClusterName, name: ServiceName) => objectId(arnOf(cluster), "services", name, "shop");
const idOfEndpoint = (cluster: ClusterName) =>
  findingId(endpointCheck.id, arnOf(cluster), { kind: "Cluster", id: arnOf(cluster), name: cluster });
const idOfService = (cluster: ClusterName, name: ServiceName) =>
  findingId(servicesCheck.id, arnOf(cluster), { kind: "Service", id: serviceArn(cluster, name), namespace: "shop", name });

/** How a cluster really is. */
interface Truth {
  isPublic: boolean;
  readonly services: Map<ServiceName, "exposed" | "fine">;
  readonly waived: Set<ServiceName>;
}

interface Scan {
  readonly cluster: ClusterName;
  readonly checks: keyof typeof checks;
  /** What can't be read. */
  readonly unread: "nothing" | "endpoint" | "services";
  /** Without: only what is remembered is kept. */
  readonly hub: boolean;
  /** What Security Hub answers once. */
  readonly refusal: "none" | "denied" | "throttled" | "cut";
  readonly crash?: Crashing;
}
/** The process ends at this call to the store, Security Hub or Slack, before or after it took effect. */
interface Crashing {
  readonly at: number;
  readonly afterwards: boolean;
}
/** One run of what tells Slack. */
interface Tell {
  readonly clusters: "all" | ClusterName;
  readonly checks: keyof typeof checks;
  /** What failed in the run. */
  readonly failures: readonly string[];
  /** What Slack does wrong. */
  readonly fault?: SlackFault;
  readonly crash?: Crashing;
  /** A run that crashed is tried again; otherwise no other run has its id. */
  readonly isRetried: boolean;
  /** Since whatever was before. */
  readonly minutes: number;
}
type Step =
  | { readonly kind: "service"; readonly cluster: ClusterName; readonly name: ServiceName; readonly to: "exposed" | "fine" | "gone" }
  | { readonly kind: "endpoint"; readonly cluster: ClusterName; readonly isPublic: boolean }
  | { readonly kind: "waiver"; readonly cluster: ClusterName; readonly name: ServiceName }
  /** Whoever looks after the finding in Security Hub wants no alert of it, or wants them again. */
  | { readonly kind: "suppression"; readonly cluster: ClusterName; readonly name: ServiceName }
  | { readonly kind: "severity"; readonly severity: Severity }
  | { readonly kind: "clock"; readonly hours: number }
  | { readonly kind: "scan"; readonly scan: Scan }
  | { readonly kind: "scans at once"; readonly scans: readonly [Scan, Scan]; readonly order: readonly boolean[] }
  | { readonly kind: "redelivery"; readonly which: number }
  /** The cluster is deleted, its Region lists it no more, and one of its name is made that exposes nothing yet. */
  | { readonly kind: "deletion"; readonly cluster: ClusterName; readonly hub: boolean; readonly crash?: Crashing }
  | { readonly kind: "telling"; readonly telling: Tell }
  | { readonly kind: "tellings at once"; readonly tellings: readonly [Tell, Tell]; readonly order: readonly boolean[] };

// Mostly the same ones, so that histories have something to repeat.
const cluster = fc.constantFrom<ClusterName>("prod", "prod", "prod", "stage");
const name = fc.constantFrom<ServiceName>("web", "web", "web", "api");
const scan: fc.Arbitrary<Scan> = fc.record(
  {
    cluster,
    checks: fc.constantFrom("all", "all", "all", "endpoint", "services"),
    unread: fc.constantFrom("nothing", "nothing", "nothing", "endpoint", "services"),
    hub: fc.constantFrom(true, true, true, true, false),
    refusal: fc.constantFrom("none", "none", "none", "none", "none", "denied", "throttled", "cut"),
    // The calls are: read, write, import, read, write, ask what is suppressed, read, write.
    crash: fc.record({ at: fc.constantFrom(0, 1, 2, 2, 2, 3, 4, 5, 7), afterwards: fc.boolean() }),
  },
  { requiredKeys: ["cluster", "checks", "unread", "hub", "refusal"] },
);
const service = fc.record({
  kind: fc.constant("service" as const),
  cluster,
  name,
  to: fc.constantFrom("exposed", "exposed", "fine", "gone"),
});
const scanning = fc.record({ kind: fc.constant("scan" as const), scan });
const atOnce = fc.record({
  kind: fc.constant("scans at once" as const),
  scans: fc.tuple(scan, scan),
  order: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
});
const lasting = fc.record({ times: fc.constantFrom(1, 1, 2, 9), after: fc.constantFrom(0, 0, 1, 2) });
const fault: fc.Arbitrary<SlackFault> = fc.oneof(
  lasting.map((rest) => ({ kind: "rate-limit" as const, retryAfter: 0, ...rest })),
  lasting.map((rest) => ({ kind: "rate-limit" as const, retryAfter: 120, ...rest })),
  lasting.map((rest) => ({ kind: "status" as const, status: 503, ...rest })),
  lasting.map((rest) => ({ kind: "error" as const, code: "channel_not_found", ...rest })),
  lasting.map((rest) => ({ kind: "lost" as const, ...rest, times: Math.min(rest.times, 2) })),
  fc.constant({ kind: "error" as const, code: "invalid_blocks", times: 1 }),
);
const tell: fc.Arbitrary<Tell> = fc.record(
  {
    clusters: fc.constantFrom("all", "all", "all", ...clusters),
    checks: fc.constantFrom("all", "all", "all", "all", "services"),
    failures: fc.constantFrom([], [], [], ["1 cluster was found and left no record."]),
    fault,
    crash: fc.record({ at: fc.nat(26), afterwards: fc.boolean() }),
    isRetried: fc.boolean(),
    minutes: fc.constantFrom(0, 1, 60),
  },
  { requiredKeys: ["clusters", "checks", "failures", "isRetried", "minutes"] },
);
const telling = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("telling" as const), telling: tell }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("tellings at once" as const),
      tellings: fc.tuple(tell, tell),
      order: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
    }),
  },
);
const waiving = fc.record({ kind: fc.constant("waiver" as const), cluster, name });
const suppressing = fc.record({ kind: fc.constant("suppression" as const), cluster, name });
const other = fc.oneof(
  fc.record({ kind: fc.constant("endpoint" as const), cluster, isPublic: fc.boolean() }),
  waiving,
  suppressing,
  fc.record({ kind: fc.constant("severity" as const), severity: fc.constantFrom<Severity>("low", "medium", "high") }),
  fc.record({ kind: fc.constant("clock" as const), hours: fc.constantFrom(-2, 1, 24, 24 * 8) }),
  fc.record({ kind: fc.constant("redelivery" as const), which: fc.nat(30) }),
  fc.record(
    {
      kind: fc.constant("deletion" as const),
      cluster,
      hub: fc.constantFrom(true, true, false),
      crash: fc.record({ at: fc.nat(5), afterwards: fc.boolean() }),
    },
    { requiredKeys: ["kind", "cluster", "hub"] },
  ),
);
/** Mostly something changes, and is then scanned. */
const steps: fc.Arbitrary<readonly Step[]> = fc
  .array(
    fc.oneof<fc.WeightedArbitrary<readonly Step[]>[]>(
      { weight: 6, arbitrary: fc.tuple(service, scanning) },
      { weight: 1, arbitrary: fc.tuple(service, atOnce) },
      { weight: 1, arbitrary: fc.tuple(waiving, scanning) },
      { weight: 1, arbitrary: fc.tuple(service, scanning, telling, waiving, scanning, telling, waiving, scanning) },
      { weight: 1, arbitrary: fc.tuple(service, scanning, suppressing, service, scanning, telling) },
      { weight: 1, arbitrary: fc.tuple(scanning) },
      { weight: 3, arbitrary: fc.tuple(other) },
      { weight: 4, arbitrary: fc.tuple(telling) },
    ),
    { minLength: 3, maxLength: 12 },
  )
  .map((parts) => parts.flat());

const scanned = { kind: "scan", scan: { cluster: "prod", checks: "all", unread: "nothing", hub: true, refusal: "none" } } as const;
const web = (to: "exposed" | "gone") => [{ kind: "service", cluster: "prod", name: "web", to } as const, scanned];
const toldToAll: Tell = { clusters: "all", checks: "all", failures: [], isRetried: false, minutes: 0 };
const told = { kind: "telling", telling: toldToAll } as const;
const toldAndCrashed = (crash: Crashing) => ({ kind: "telling", telling: { ...toldToAll, crash } }) as const;
const waiverTurned = [{ kind: "waiver", cluster: "prod", name: "web" } as const, scanned];

/** The process is no more. */
class Crash extends Error {
  override readonly name = "Crash";
}

const untilCrash = (work: Promise<unknown>): Promise<unknown> =>
  work.catch((error: unknown) => {
    if (!(error instanceof Crash)) throw error;
  });

const manner = {
  version: "0.1.0",
  signal: new AbortController().signal,
  manner: { backoff: { retries: 2, firstMs: 0, mostMs: 0 }, rate: { perSecond: 1_000_000, burst: 1_000_000 } },
};

/** One channel each, of the same severity. */
const slackSettings = {
  channel: "C0PROD",
  minSeverity: "medium" as const,
  routes: [{ clusters: ["stage"], channel: "C0STAGE" }],
};
const channels = ["C0PROD", "C0STAGE"] as const;

/** What a process does until it crashes; from then on it does nothing any more. */
function mortal(crash: Crashing | undefined, turn: Around): Around {
  let calls = 0;
  let isDead = false;
  return (call) => {
    const isLast = calls++ === crash?.at;
    return turn(async () => {
      if (isDead || (isLast && crash?.afterwards === false)) {
        isDead = true;
        throw new Crash();
      }
      const answer = await call();
      if (!isLast) return answer;
      isDead = true;
      throw new Crash();
    });
  };
}

/** Two processes at once; whose call comes next is drawn. */
async function inTurns(works: readonly ((turn: Around) => Promise<void>)[], order: readonly boolean[]): Promise<void> {
  const waiting: (() => void)[][] = works.map(() => []);
  const turnOf =
    (own: number): Around =>
    async (call) => {
      await new Promise<void>((go) => waiting[own]?.push(go));
      return call();
    };
  let left = works.length;
  const ends = works.map((work, own) => work(turnOf(own)).finally(() => left--));
  for (let at = 0; left > 0; at++) {
    await new Promise<void>((next) => setImmediate(next));
    const first = order[at % order.length] === true ? 0 : 1;
    (waiting[first]?.shift() ?? waiting[1 - first]?.shift())?.();
  }
  await Promise.all(ends);
}

/** What a finding is in truth, by id; what is not in it does not fail. */
type Verdicts = ReadonlyMap<string, "fail" | "waived">;

class World {
  readonly #store = memoryStore();
  readonly #hub = hubInProcess({ hub: { account }, accounts: [{ id: account }] }, { account, region, now: () => new Date() });
  readonly #truth = new Map<ClusterName, Truth>(
    clusters.map((name) => [name, { isPublic: false, services: new Map(), waived: new Set() }]),
  );
  #severity: Severity = "medium";
  #now = Date.UTC(2026, 0, 1);
  readonly #times = new Set<number>();
  /** What was true when an evaluation began to read. */
  readonly #verdictsAt = new Map<string, Verdicts>();
  readonly #evaluations: Parameters<typeof publishCluster>[0][] = [];
  readonly #held = new Map<string, { readonly created: string; readonly updated: string; readonly isActive: boolean }>();
  readonly #slack = slackInProcess(
    channels.map((id) => ({ id, name: id.toLowerCase() })),
    () => new Date(this.#now),
  );
  readonly #reader = new Reader((cluster, line) => {
    const name = cluster as ClusterName;
    return line.includes(endpointCheck.id) ? idOfEndpoint(name) : idOfService(name, /Service (?:shop\/)?web\b/.test(line) ? "web" : "api");
  });
  /** What was posted, and what the channel's outbox was by then. */
  readonly #heard: [Posted, Outbox][] = [];
  #tellings = 0;
  /** Slack is about to refuse the blocks of a message. */
  #refusesBlocks = false;
  /** By its `ts`: what a digest told to fail, and what of it was seen to end since; only the last copy of one that was repeated. */
  readonly #digests = new Map<string, { readonly run: string; readonly told: readonly string[]; readonly ended: Set<string> }>();
  /** Crashes, and answers of Slack that got lost: each may cost one repeated message in a channel. */
  #excuses = 0;

  async take(step: Step): Promise<void> {
    if (step.kind === "service") {
      const { services } = this.#of(step.cluster);
      if (step.to === "gone") services.delete(step.name);
      else services.set(step.name, step.to);
    } else if (step.kind === "endpoint") this.#of(step.cluster).isPublic = step.isPublic;
    else if (step.kind === "waiver") {
      const { waived } = this.#of(step.cluster);
      if (!waived.delete(step.name)) waived.add(step.name);
    } else if (step.kind === "suppression") await this.#suppress(idOfService(step.cluster, step.name));
    else if (step.kind === "severity") this.#severity = step.severity;
    else if (step.kind === "clock") this.#now += step.hours * 3_600_000;
    else if (step.kind === "scan") await this.#publish(this.#evaluation(step.scan), step.scan, (call) => call());
    else if (step.kind === "scans at once") await this.#publishBoth(step);
    else if (step.kind === "redelivery") {
      const again = this.#evaluations[step.which % Math.max(1, this.#evaluations.length)];
      if (again !== undefined)
        await publishCluster({ ...again, store: this.#store.seenBy((call) => call()), ...this.#client((call) => call()) });
    } else if (step.kind === "deletion") await this.#delete(step);
    else if (step.kind === "telling") {
      this.#now += step.telling.minutes * 60_000;
      await this.#tell(step.telling, (call) => call());
    } else await this.#tellBoth(step);
    this.#check();
  }

  /** Runs that see and say everything: from then on nothing may be wrong anywhere. */
  async end(): Promise<void> {
    this.#now = Math.max(this.#now, ...this.#times) + 1;
    for (const cluster of clusters) await this.take({ kind: "scan", scan: { ...scanned.scan, cluster } });
    const truth = new Map(clusters.flatMap((cluster) => [...this.#verdicts(cluster)]));
    const active = this.#hub.findings().filter(({ RecordState }) => RecordState === "ACTIVE");
    expect(new Map(active.map((finding) => [finding.Id, fieldOf(finding, "eks-perimeter/status")]))).toEqual(truth);
    this.#now += 86_400_000; // so that whoever held a channel is gone
    await this.take(told);
    const severityOf = (id: string) => (id.startsWith(servicesCheck.id) ? this.#severity : endpointCheck.severity);
    const failing = [...truth].flatMap(([id, status]) => (status === "fail" ? [id] : []));
    const severe = failing.filter((id) => isAtLeast(severityOf(id), slackSettings.minSeverity));
    // One that was told, and is less severe or suppressed by now, is known as well.
    const silent = new Set(this.#remembered().flatMap(([id, { told: last }]) => (last?.as === "suppressed" ? [id] : [])));
    const known = failing.filter((id) => (severe.includes(id) && !silent.has(id)) || this.#reader.believed.has(id));
    expect([...this.#reader.believed].sort()).toEqual(known.sort());
    for (const [ts, { told: ids }] of this.#digests)
      if (!ids.some((id) => truth.has(id))) expect([ts, this.#saidResolved(ts)]).toEqual([ts, ids.length]);
    const before = this.#slack.workspace.messages().length;
    await this.take(told);
    expect(this.#slack.workspace.messages()).toHaveLength(before);
    for (const channel of channels) expect(this.#reader.repeats.get(channel) ?? 0).toBeLessThanOrEqual(this.#excuses);
  }

  async #suppress(id: string): Promise<void> {
    const held = this.#hub.findings().find(({ Id }) => Id === id);
    if (held === undefined) return;
    const { Status } = held.Workflow as { readonly Status: string };
    const Workflow = { Status: Status === "SUPPRESSED" ? ("NEW" as const) : ("SUPPRESSED" as const) };
    const FindingIdentifiers = [{ Id: id, ProductArn: String(held.ProductArn) }];
    await this.#client((call) => call()).securityHub.send(new BatchUpdateFindingsCommand({ FindingIdentifiers, Workflow }));
  }

  /** All that is remembered of findings, by their ids. */
  #remembered(): readonly (readonly [string, Remembered])[] {
    const states = [...this.#store.objects].filter(([key]) => key.startsWith(statesPrefix));
    return states.flatMap(([, { body }]) => Object.entries(FindingState.parse(JSON.parse(body)).findings));
  }

  /** How much of what it told a digest says to be resolved. */
  #saidResolved(ts: string): number {
    const text = this.#slack.workspace.messages().find((message) => message.ts === ts)?.text ?? "";
    const [, note, some = "1"] = /\n✅ ((?:All )?([\d]+)?.*)/.exec(text) ?? [];
    return note === undefined ? 0 : Number(some);
  }

  #of(cluster: ClusterName): Truth {
    const truth = this.#truth.get(cluster);
    if (truth === undefined) throw new TypeError(cluster);
    return truth;
  }

  #verdicts(cluster: ClusterName): Verdicts {
    const { isPublic, services, waived } = this.#of(cluster);
    const failing = [...services].filter(([, state]) => state === "exposed");
    return new Map([
      ...(isPublic ? [[idOfEndpoint(cluster), "fail"] as const] : []),
      ...failing.map(([name]) => [idOfService(cluster, name), waived.has(name) ? "waived" : "fail"] as const),
    ]);
  }

  /** When reading the cluster began; no other reading began then. */
  #readAt(cluster: ClusterName): string {
    do this.#now += 1;
    while (this.#times.has(this.#now));
    this.#times.add(this.#now);
    const readAt = new Date(this.#now).toISOString();
    this.#verdictsAt.set(readAt, this.#verdicts(cluster));
    return readAt;
  }

  #evaluation(scan: Scan): Parameters<typeof publishCluster>[0] {
    const readAt = this.#readAt(scan.cluster);
    const { isPublic, services, waived } = this.#of(scan.cluster);
    const cluster = aCluster(
      {
        endpoint: scan.unread === "endpoint" ? unknown("timeout", "No answer.") : known(anEndpoint({ publicAccess: isPublic })),
        services:
          scan.unread === "services"
            ? unknown("forbidden", "No list on services.")
            : known([...services].map(([name, state]) => aService(name, { externalIPs: state === "exposed" ? ["198.51.100.7"] : [] }))),
      },
      { resource: { kind: "Cluster", id: arnOf(scan.cluster), name: scan.cluster }, name: scan.cluster },
    );
    const settings = withSettings({
      severity: { [servicesCheck.id]: this.#severity },
      waivers: [...waived].map((name) => ({
        check: servicesCheck.id,
        resource: serviceArn(scan.cluster, name),
        owner: "team",
        reason: "because",
        expires: "2030-01-01",
      })),
    });
    const asked = checks[scan.checks];
    const job = {
      findings: evaluateCluster(asked, cluster, settings, readAt).findings,
      checks: asked,
      facts: cluster.facts,
      cluster: { arn: arnOf(scan.cluster), account, region, name: scan.cluster },
      readAt,
      isTold: true,
      ...manner,
      store: this.#store.seenBy((call) => call()),
    };
    this.#evaluations.push(job);
    return job;
  }

  async #delete({ cluster, hub, crash }: Extract<Step, { kind: "deletion" }>): Promise<void> {
    const truth = this.#of(cluster);
    truth.isPublic = false;
    truth.services.clear();
    const readAt = this.#readAt(cluster);
    const around = mortal(crash, (call) => call());
    await untilCrash(
      publishGoneCluster({
        cluster: { account, region, name: cluster },
        checks: checks.all,
        readAt,
        ...manner,
        store: this.#store.seenBy(around),
        ...(hub ? this.#client(around) : {}),
      }),
    );
  }

  #client(around: Around) {
    return { securityHub: this.#hub.client(around) };
  }

  /** Publishes as one process would: once it crashed, it does nothing any more. */
  async #publish(job: Parameters<typeof publishCluster>[0], { hub, refusal, crash }: Scan, turn: Around): Promise<void> {
    const around = mortal(crash, turn);
    const faults = {
      none: [],
      denied: [{ kind: "error", code: "AccessDeniedException", status: 403, times: 1 }],
      throttled: [{ kind: "throttle", times: 1 }],
      cut: [{ kind: "reset", times: 1 }],
    } as const;
    this.#hub.faults.add(faults[refusal]);
    await untilCrash(publishCluster({ ...job, store: this.#store.seenBy(around), ...(hub ? this.#client(around) : {}) })).finally(() =>
      this.#hub.faults.clear(),
    );
  }

  /** Both begin to read one after the other; whose call comes next is drawn. */
  async #publishBoth({ scans, order }: Extract<Step, { kind: "scans at once" }>): Promise<void> {
    const jobs = scans.map((scan) => ({ scan, job: this.#evaluation(scan) }));
    await inTurns(
      jobs.map(
        ({ scan, job }) =>
          (turn) =>
            this.#publish(job, scan, turn),
      ),
      order,
    );
  }

  async #tellBoth({ tellings, order }: Extract<Step, { kind: "tellings at once" }>): Promise<void> {
    await inTurns(
      tellings.map((telling) => (turn) => this.#tell(telling, turn)),
      order,
    );
  }

  async #tell(asked: Tell, turn: Around): Promise<void> {
    const { fault, crash, isRetried } = asked;
    const runId = `run-${++this.#tellings}`;
    if (fault?.kind === "lost") this.#excuses += fault.times ?? 0;
    if (fault !== undefined && !this.#isPending(fault)) this.#slack.workspace.addFault(fault);
    if (crash !== undefined) this.#excuses++;
    await this.#tellAs(runId, asked, mortal(crash, turn));
    if (crash !== undefined && isRetried) await this.#tellAs(runId, asked, turn);
    this.#slack.workspace.clearFaults();
    this.#refusesBlocks = false;
  }

  /** Two tellings at once do not have one message's text refused besides its blocks: it was never posted then, whatever was lost before. */
  #isPending(fault: SlackFault): boolean {
    const isOfBlocks = fault.kind === "error" && fault.code === "invalid_blocks";
    const wasPending = this.#refusesBlocks;
    this.#refusesBlocks ||= isOfBlocks;
    return isOfBlocks && wasPending;
  }

  async #tellAs(runId: string, { clusters: some, checks: asked, failures }: Tell, around: Around): Promise<void> {
    const cluster = some === "all" ? {} : { clusters: [some] };
    const only = asked === "all" ? {} : { checks: checks[asked].map(({ id }) => id) };
    await tellChanges({
      scope: { runId, accounts: [account], regions: "all", ...cluster, ...only },
      report: { clusters: [], accounts: [] },
      reportKey: `runs/${runId}/report.html`,
      failures,
      coverage: new Set(),
      store: this.#store.seenBy(around),
      slack: this.#slack.client((call) => around(() => this.#read(call))),
      settings: slackSettings,
      homeRegion: region,
      isPublished: true,
      now: () => new Date(this.#now),
      log: {
        info: () => {},
        warn: () => {},
        error: (message, { error } = {}) => {
          if (!(error instanceof Crash)) throw new Error(message, { cause: error });
        },
      },
      signal: new AbortController().signal,
    });
  }

  /** A call to Slack, and whoever reads what it posted. */
  async #read<T>(call: () => Promise<T>): Promise<T> {
    const before = this.#slack.workspace.messages().length;
    try {
      return await call();
    } finally {
      for (const posted of this.#slack.workspace.messages().slice(before)) this.#heard.push([posted, this.#outboxOf(posted.channel.id)]);
    }
  }

  #outboxOf(channel: string): Outbox {
    return Outbox.parse(JSON.parse(this.#store.objects.get(outboxKey(channel))?.body ?? "{}"));
  }

  #keep({ ts, channel }: Posted, { runId, marks }: Batch): void {
    const run = `${channel.id} ${runId}`;
    for (const [other, digest] of this.#digests) if (digest.run === run) this.#digests.delete(other);
    const told = marks.flatMap((mark) => mark.told.flatMap(({ id, after }) => (after.as === "fail" ? [id] : [])));
    if (told.length > 0) this.#digests.set(ts, { run, told, ended: new Set() });
  }

  /** What may never be, whatever happens: something said of a finding that was not so when it was read, or a finding made younger. */
  #check(): void {
    for (const [posted, { batch = expect.fail("It is not in the outbox.") }] of this.#heard.splice(0)) {
      this.#reader.read(posted, batch);
      if (posted.thread === undefined) this.#keep(posted, batch);
    }
    const remembered = new Map(this.#remembered());
    // A waiver says that its owner knows: nobody else has to.
    for (const [id, { status }] of remembered) if (status === "waived") this.#reader.believed.delete(id);
    for (const [ts, { told: ids, ended }] of this.#digests) {
      for (const id of ids) if (remembered.get(id)?.closedAt !== undefined || !remembered.has(id)) ended.add(id);
      expect(this.#saidResolved(ts)).toBeLessThanOrEqual(ended.size);
    }
    for (const finding of this.#hub.findings()) {
      const id = String(finding.Id);
      const updated = String(finding.UpdatedAt);
      const created = String(finding.CreatedAt);
      const isActive = finding.RecordState === "ACTIVE";
      const verdict = this.#verdictsAt.get(updated)?.get(id);
      expect(`${id} ${isActive ? fieldOf(finding, "eks-perimeter/status") : "closed"}`).toBe(`${id} ${verdict ?? "closed"}`);
      const before = this.#held.get(id);
      if (before !== undefined && before.created !== created) {
        expect(before.isActive).toBe(false);
        expect(Date.parse(updated) - Date.parse(before.updated)).toBeGreaterThan(30 * 86_400_000);
      }
      this.#held.set(id, { created, updated, isActive });
    }
  }
}

function fieldOf({ ProductFields }: { readonly ProductFields?: unknown }, name: string): unknown {
  return (ProductFields as Readonly<Record<string, unknown>> | undefined)?.[name];
}

async function live(history: readonly Step[]): Promise<void> {
  const world = new World();
  for (const step of history) await world.take(step);
  await world.end();
}

it.each<[string, readonly Step[]]>([
  ["was fixed and is back", [...web("gone"), ...web("exposed")]],
  ["was waived and is not any more", [...waiverTurned, ...waiverTurned]],
  ["was waived, fixed, and is back without the waiver", [...waiverTurned, ...web("gone"), ...waiverTurned, ...web("exposed")]],
])("a waiver's end that was told by who crashed, at whatever call: the channel knows the truth when it %s", async (_how, since) => {
  const before = [...waiverTurned, ...web("exposed"), told, ...waiverTurned];
  for (let at = 0; at < 16; at++)
    for (const afterwards of [false, true]) await live([...before, toldAndCrashed({ at, afterwards }), ...since]);
});

it(`in ${runs} histories nothing that still fails is closed or made younger, and in the end Security Hub and the channel know the truth`, async () => {
  await fc.assert(fc.asyncProperty(steps, live), { numRuns: runs, seed });
}, 600_000);
