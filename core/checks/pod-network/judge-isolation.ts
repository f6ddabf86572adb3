import type { About, Verdict } from "../../model/check.ts";
import type { Settings } from "../../model/settings.ts";
import type { EffectiveFacts, Subject } from "../../net/policy/effective.ts";
import type { Direction } from "../../net/policy/model.ts";
import { type Judgement, judgeNamespaces, type Opinion } from "./judge-namespaces.ts";

interface Given {
  readonly facts: EffectiveFacts;
  readonly settings: Settings;
  readonly about: About;
}

/** Whether all pods of each namespace are isolated in a direction. */
export const judgeIsolation = (direction: Direction, given: Given): readonly Verdict[] => judgeNamespaces(isolationIn(direction, given));

/** How that is judged. */
export const isolationIn = (direction: Direction, given: Given): Judgement => ({
  ...given,
  failing: `open to ${direction}`,
  judge: (subject) => opinionOf(direction, subject),
});

function opinionOf(direction: Direction, { isolation, unenforced }: Subject): Opinion {
  const isolated = isolation(direction);
  if (isolated.state === "yes") return { status: "pass" };
  if (isolated.state === "unsure") return { status: "unknown", reason: isolated.reason };
  const decides = unenforced === undefined ? { policy: isolated.why } : { enforcement: unenforced };
  const [from, to] = direction === "ingress" ? ["any address", "the pod"] : ["the pod", "any address"];
  return { status: "fail", seen: isolated.why, witness: { from, to, ports: "all", ...decides } };
}
