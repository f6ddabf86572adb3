import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { CiliumPolicy } from "../../../../core/model/cilium-policy.ts";
import type { NetworkPolicy } from "../../../../core/model/network-policy.ts";
import { type NaiveCluster, type NaiveEnd, type NaiveFlow, nodeOf } from "../../../support/naive-policy.ts";

/** The program ended, or answered something else than it was asked. */
export class CiliumVerdictsError extends Error {
  override readonly name = "CiliumVerdictsError";
}

export interface Question {
  /** Whether selectors mean the pods of this cluster alone: the agent's policy-default-local-cluster, true by default from 1.19 on. */
  readonly localCluster: boolean;
  /** Whether blocks mean nodes: the agent's policy-cidr-match-mode. */
  readonly blocksMeanNodes: boolean;
  /** Whether every node reaches its own pods, as far as none denies it: the agent's allow-localhost. */
  readonly alwaysAllowLocalhost: boolean;
  readonly cluster: NaiveCluster;
  readonly networkPolicies: readonly NetworkPolicy[];
  readonly ciliumPolicies: readonly CiliumPolicy[];
  /** Between pods of the cluster, and addresses or nodes. Of own nodes there is one at most. */
  readonly flows: readonly NaiveFlow[];
}

export interface Answer {
  /** By flow. */
  readonly allowed: readonly boolean[];
  /** Why Cilium refuses a policy, by its number, those of Cilium behind the others. */
  readonly refused: Readonly<Record<number, string>>;
}

/** Cilium's own policy code, in a process of its own. One question at a time. */
export class CiliumVerdicts {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  constructor(command: string) {
    this.#child = spawn(command, [], { stdio: ["pipe", "pipe", "inherit"] });
    this.#reader = createInterface({ input: this.#child.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  async ask(question: Question): Promise<Answer> {
    this.#child.stdin.write(`${JSON.stringify(written(question))}\n`);
    const line = await this.#lines.next();
    if (line.done) throw new CiliumVerdictsError("it ended without an answer");
    const answer = JSON.parse(line.value) as Answer;
    if (answer.allowed.length !== question.flows.length) throw new CiliumVerdictsError("it answered for another number of flows");
    return answer;
  }

  stop(): void {
    this.#reader.close();
    this.#child.kill();
  }
}

/** As the program reads it. */
function written({
  localCluster,
  blocksMeanNodes,
  alwaysAllowLocalhost,
  cluster,
  networkPolicies,
  ciliumPolicies,
  flows,
}: Question): object {
  const others = [...new Set(flows.flatMap(({ from, to }) => [from, to]).filter((end) => typeof end === "string"))];
  const addresses = others.filter((end) => nodeOf(end).node === undefined);
  const nodes = others.filter((end) => nodeOf(end).node !== undefined);
  const numbers = new Map<NaiveEnd, number>([...cluster.pods, ...addresses, ...nodes].map((end, i) => [end, i]));
  return {
    localCluster,
    blocksMeanNodes,
    alwaysAllowLocalhost,
    addresses,
    nodes: nodes.map(nodeOf).map(({ node, address }) => ({ isHost: node === "own", address })),
    namespaces: cluster.namespaces,
    pods: cluster.pods,
    networkPolicies: networkPolicies.map(({ namespace, name, spec }) => ({ metadata: { namespace, name }, spec })),
    ciliumPolicies: ciliumPolicies.map(({ namespace, name, ...specs }) => ({ metadata: { namespace, name }, ...specs })),
    flows: flows.map(({ from, to, protocol, port }) => ({ from: numbers.get(from), to: numbers.get(to), protocol, port })),
  };
}
