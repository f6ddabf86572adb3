import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { judgeToken, type KnownKey } from "../token-judge.ts";

/** What the webhook was asked: the API server's question and our answer, without the token. */
export interface Reviewed {
  readonly arn?: string;
  readonly refused?: string;
}

export interface TokenReviewWebhook {
  readonly url: string;
  readonly reviewed: readonly Reviewed[];
  /** Forgets what was asked, and refuses that many further tokens, good ones too, as EKS does while an access entry is young. */
  refuseNext(count: number): void;
  stop(): Promise<void>;
}

export interface TokenReviewOptions {
  /** The names of the clusters that this API server stands for: a token of any other is refused. */
  readonly clusters: readonly string[];
  readonly keys: readonly KnownKey[];
  /** The Kubernetes groups of an accepted caller. */
  readonly groups: readonly string[];
}

/**
 * Serves TokenReview as the webhook of EKS does: who signed the token, for this cluster. The API server asks once about
 * a token and remembers a yes for 10 seconds, whatever its flags say; a no it does not remember.
 */
export async function startTokenReview({ clusters, keys, groups }: TokenReviewOptions): Promise<TokenReviewWebhook> {
  const reviewed: Reviewed[] = [];
  let refusals = 0;
  const judge = (token: string): Reviewed => {
    if (refusals > 0) {
      refusals -= 1;
      return { refused: "as told" };
    }
    const judgements = clusters.map((cluster) => judgeToken(token, cluster, keys, new Date()));
    const accepted = judgements.find((judgement) => "accepted" in judgement);
    if (accepted !== undefined) return { arn: accepted.accepted.arn };
    return { refused: judgements.map((judgement) => ("refused" in judgement ? judgement.refused : "")).join("; ") };
  };
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const review = JSON.parse(body) as { apiVersion: string; spec: { token: string } };
    const judgement = judge(review.spec.token);
    reviewed.push(judgement);
    const status =
      judgement.arn === undefined ? { authenticated: false } : { authenticated: true, user: { username: judgement.arn, groups } };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ apiVersion: review.apiVersion, kind: "TokenReview", status }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // listening on TCP
  return {
    url: `http://127.0.0.1:${port}/`,
    reviewed,
    refuseNext(count) {
      refusals = count;
      reviewed.length = 0;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
