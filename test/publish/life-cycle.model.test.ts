/** Random histories of two clusters, told to Security Hub by runs that fail, crash, overlap and come twice. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { evaluateCluster } from "../../core/evaluate.ts";
import { type AnyCheck, defineCheck } from "../../core/model/check.ts";
import { known, unknown } from "../../core/model/fact.ts";
import { findingId } from "../../core/model/finding-id.ts";
import { clusterArn, objectId } from "../../core/model/resource.ts";
import type { Severity } from "../../core/model/severity.ts";
import { FindingState } from "../../core/publish/finding-state.ts";
import { newsOf, withIntroduced, withTold } from "../../core/publish/news.ts";
import { publishCluster } from "../../core/publish/publish.ts";
import { stateKeys, updateState } from "../../core/publish/state-store.ts";
import { aCluster, account, anEndpoint, aService, region, withSettings } from "../support/cluster.ts";
import { type Around, hubInProcess } from "../support/hub-in-process.ts";
import { memoryStore } from "../support/memory-store.ts";

const runs = Number(process.env.LIFE_CYCLE_RUNS ?? 2_000);

const endpointCheck = defineCheck({
  id: "endpoint-public-access-disabled",
  title: "The API endpoint has no public access",
  surface: "endpoint",
  severity: "medium",
  needs: ["endpoint"],
  why: "Because.",
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
  /** The process ends at this call to the store or Security Hub, before or after it took effect. */
  readonly crash?: { readonly at: number; readonly afterwards: boolean };
}
type Step =
  | { readonly kind: "service"; readonly cluster: ClusterName; readonly name: ServiceName; readonly to: "exposed" | "fine" | "gone" }
  | { readonly kind: "endpoint"; readonly cluster: ClusterName; readonly isPublic: boolean }
  | { readonly kind: "waiver"; readonly cluster: ClusterName; readonly name: ServiceName }
  | { readonly kind: "severity"; readonly severity: Severity }
  | { readonly kind: "clock"; readonly hours: number }
  | { readonly kind: "scan"; readonly scan: Scan }
  | { readonly kind: "scans at once"; readonly scans: readonly [Scan, Scan]; readonly order: readonly boolean[] }
  | { readonly kind: "redelivery"; readonly which: number }
  | { readonly kind: "telling"; readonly crashes: "never" | "before posting" | "before recording" };

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
const telling = fc.record({
  kind: fc.constant("telling" as const),
  crashes: fc.constantFrom("never", "never", "before posting", "before recording"),
});
const other = fc.oneof(
  fc.record({ kind: fc.constant("endpoint" as const), cluster, isPublic: fc.boolean() }),
  fc.record({ kind: fc.constant("waiver" as const), cluster, name }),
  fc.record({ kind: fc.constant("severity" as const), severity: fc.constantFrom<Severity>("low", "medium", "high") }),
  fc.record({ kind: fc.constant("clock" as const), hours: fc.constantFrom(-2, 1, 24, 24 * 8) }),
  fc.record({ kind: fc.constant("redelivery" as const), which: fc.nat(30) }),
);
/** Mostly something changes, and is then scanned. */
const steps: fc.Arbitrary<readonly Step[]> = fc
  .array(
    fc.oneof<fc.WeightedArbitrary<readonly Step[]>[]>(
      { weight: 6, arbitrary: fc.tuple(service, scanning) },
      { weight: 1, arbitrary: fc.tuple(service, atOnce) },
      { weight: 1, arbitrary: fc.tuple(scanning) },
      { weight: 3, arbitrary: fc.tuple(other) },
      { weight: 2, arbitrary: fc.tuple(telling) },
    ),
    { minLength: 3, maxLength: 12 },
  )
  .map((parts) => parts.flat());

/** The process is no more. */
class Crash extends Error {
  override readonly name = "Crash";
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
  /** What a reader of the channel believes to fail. */
  readonly #believed = new Set<string>();
  #unrecorded: { readonly key: string; readonly subject: string; readonly news: ReturnType<typeof newsOf> }[] = [];

  async take(step: Step): Promise<void> {
    if (step.kind === "service") {
      const { services } = this.#of(step.cluster);
      if (step.to === "gone") services.delete(step.name);
      else services.set(step.name, step.to);
    } else if (step.kind === "endpoint") this.#of(step.cluster).isPublic = step.isPublic;
    else if (step.kind === "waiver") {
      const { waived } = this.#of(step.cluster);
      if (!waived.delete(step.name)) waived.add(step.name);
    } else if (step.kind === "severity") this.#severity = step.severity;
    else if (step.kind === "clock") this.#now += step.hours * 3_600_000;
    else if (step.kind === "scan") await this.#publish(this.#evaluation(step.scan), step.scan, (call) => call());
    else if (step.kind === "scans at once") await this.#publishBoth(step);
    else if (step.kind === "redelivery") {
      const again = this.#evaluations[step.which % Math.max(1, this.#evaluations.length)];
      if (again !== undefined)
        await publishCluster({ ...again, store: this.#store.seenBy((call) => call()), ...this.#client((call) => call()) });
    } else await this.#tell(step.crashes);
    this.#check();
  }

  /** Runs that see and say everything: from then on nothing may be wrong anywhere. */
  async end(): Promise<void> {
    this.#now = Math.max(this.#now, ...this.#times) + 1;
    for (const cluster of clusters)
      await this.take({ kind: "scan", scan: { cluster, checks: "all", unread: "nothing", hub: true, refusal: "none" } });
    const truth = new Map(clusters.flatMap((cluster) => [...this.#verdicts(cluster)]));
    const active = this.#hub.findings().filter(({ RecordState }) => RecordState === "ACTIVE");
    expect(new Map(active.map((finding) => [finding.Id, fieldOf(finding, "eks-perimeter/status")]))).toEqual(truth);
    await this.#tell("never");
    expect([...this.#believed].sort()).toEqual([...truth].flatMap(([id, status]) => (status === "fail" ? [id] : [])).sort());
    await this.#tell("never");
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

  #evaluation(scan: Scan): Parameters<typeof publishCluster>[0] {
    do this.#now += 1;
    while (this.#times.has(this.#now));
    this.#times.add(this.#now);
    const readAt = new Date(this.#now).toISOString();
    this.#verdictsAt.set(readAt, this.#verdicts(scan.cluster));
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
      version: "0.1.0",
      signal: new AbortController().signal,
      manner: { backoff: { retries: 2, firstMs: 0, mostMs: 0 }, rate: { perSecond: 1_000_000, burst: 1_000_000 } },
      store: this.#store.seenBy((call) => call()),
    };
    this.#evaluations.push(job);
    return job;
  }

  #client(around: Around) {
    return { securityHub: this.#hub.client(around) };
  }

  /** Publishes as one process would: once it crashed, it does nothing any more. */
  async #publish(job: Parameters<typeof publishCluster>[0], { hub, refusal, crash }: Scan, turn: Around): Promise<void> {
    let calls = 0;
    let isDead = false;
    const around: Around = async (call) => {
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
    const faults = {
      none: [],
      denied: [{ kind: "error", code: "AccessDeniedException", status: 403, times: 1 }],
      throttled: [{ kind: "throttle", times: 1 }],
      cut: [{ kind: "reset", times: 1 }],
    } as const;
    this.#hub.faults.add(faults[refusal]);
    try {
      await publishCluster({ ...job, store: this.#store.seenBy(around), ...(hub ? this.#client(around) : {}) });
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    } finally {
      this.#hub.faults.clear();
    }
  }

  /** Both begin to read one after the other; whose call comes next is drawn. */
  async #publishBoth({ scans, order }: Extract<Step, { kind: "scans at once" }>): Promise<void> {
    const waiting: (() => void)[][] = [[], []];
    const turnOf =
      (own: number): Around =>
      async (call) => {
        await new Promise<void>((go) => waiting[own]?.push(go));
        return call();
      };
    let left = 2;
    const jobs = scans.map((scan) => this.#evaluation(scan));
    const ends = scans.map((scan, own) => {
      const job = jobs[own];
      return job === undefined ? undefined : this.#publish(job, scan, turnOf(own)).finally(() => left--);
    });
    for (let at = 0; left > 0; at++) {
      await new Promise<void>((next) => setImmediate(next));
      const first = order[at % order.length] === true ? 0 : 1;
      (waiting[first]?.shift() ?? waiting[1 - first]?.shift())?.();
    }
    await Promise.all(ends);
  }

  async #tell(crashes: "never" | "before posting" | "before recording"): Promise<void> {
    const store = this.#store.seenBy((call) => call());
    // What was posted and not recorded is recorded first, as the outbox has it.
    for (const { key, subject, news } of this.#unrecorded.splice(0))
      await updateState(store, key, subject, (state) => ({ state: withTold(state, news) }));
    if (crashes === "before posting") return;
    for (const name of clusters) {
      const key = stateKeys.cluster({ account, region, name });
      const stored = await store.get(key);
      if (stored === undefined) continue;
      const state = FindingState.parse(JSON.parse(stored.body));
      const news = newsOf(state);
      for (const { id, kind, before } of news) {
        if (kind === "opened" || kind === "reopened") expect(this.#believed).not.toContain(id);
        if (kind === "resolved" || kind === "worsened") expect(before?.as).toBe("fail");
        if (kind === "resolved") this.#believed.delete(id);
        else this.#believed.add(id);
      }
      if (crashes === "before recording") this.#unrecorded.push({ key, subject: arnOf(name), news });
      else {
        await updateState(store, key, arnOf(name), (previous) => ({
          state: withIntroduced(withTold(previous, news), new Date(this.#now).toISOString()),
        }));
      }
    }
  }

  /** What may never be, whatever happens: something said of a finding that was not so when it was read, or a finding made younger. */
  #check(): void {
    for (const { body } of this.#store.objects.values()) {
      // A waiver says that its owner knows: nobody else has to.
      for (const [id, { status }] of Object.entries(FindingState.parse(JSON.parse(body)).findings))
        if (status === "waived") this.#believed.delete(id);
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

it(`in ${runs} histories nothing that still fails is closed or made younger, and in the end Security Hub and the channel know the truth`, async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (history) => {
      const world = new World();
      for (const step of history) await world.take(step);
      await world.end();
    }),
    { numRuns: runs },
  );
}, 600_000);
