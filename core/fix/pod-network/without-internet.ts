/** Cuts the internet, in one direction, from exactly the pods of a namespace that are open to it. */
import type { Sides } from "../../checks/pod-network/judge-namespaces.ts";
import type { Family } from "../../net/address-text.ts";
import type { Direction } from "../../net/policy/model.ts";
import type { Fix, FixInput } from "../fix.ts";
import { applied } from "../manifests.ts";
import { denied } from "../policies/denied.ts";
import { dialectFor } from "../policies/dialect.ts";
import { nothingFails } from "../policies/judged.ts";
import { declaredRanges } from "../policies/kept.ts";
import { everythingBut } from "../policies/openers.ts";
import { blocksOf, insideRanges, internetBlocks } from "../policies/ranges.ts";
import { everyPod } from "../policies/terms.ts";

interface Cut {
  readonly direction: Direction;
  readonly families: readonly Family[];
  /** Ranges that stay open besides trusted and declared ones. */
  readonly open: readonly string[];
  /** What the plan does to so many pods of a namespace. */
  readonly summary: (pods: string) => string;
  readonly note: string;
}

export function withoutInternet(input: FixInput, { failing, others }: Sides, cut: Cut): ReturnType<Fix> {
  const { cluster, settings, finding } = input;
  const { direction, families } = cut;
  const namespace = finding.resource.name;
  if (failing.length === 0) return nothingFails;
  const spoken = dialectFor(cluster.facts, failing);
  if ("none" in spoken) return spoken;
  const ranges = [...settings.trustedCidrs, ...declaredRanges(input, direction, namespace), ...cut.open];
  const addresses = insideRanges(cluster.facts, ranges, settings.internet);
  const written = denied(cluster.facts, spoken.dialect, {
    purpose: `no-internet-${direction}`,
    direction,
    groups: [{ namespace, pods: failing, others }],
    peers: internetBlocks(addresses, families),
    otherwise: [{ peers: [everyPod, ...blocksOf(addresses, families)] }],
    takenOut: everythingBut({ addresses, families, limits: settings.internet }),
  });
  if ("none" in written) return written;
  const { manifests, notes } = written;
  return {
    plan: {
      summary: cut.summary(`${failing.length} pods of namespace ${namespace}`),
      commands: [],
      manifests,
      after: applied(cluster.facts, manifests),
      notes: [...notes, cut.note],
    },
  };
}
