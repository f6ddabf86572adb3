import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { ReadError } from "../../core/collect/errors.ts";
import { KubernetesClient } from "../../core/collect/kubernetes/client.ts";
import { Discovery } from "../../core/collect/kubernetes/discovery.ts";
import type { ClientLimits } from "../../core/collect/kubernetes/limits.ts";
import type { Fault } from "../../sandbox/kubernetes/faults.ts";
import type { KubernetesApi } from "../../sandbox/kubernetes/server.ts";
import { aService, certificates, clientFor, mintToken, now, serviceList, startCluster, startScripted } from "./kubernetes-bed.ts";

const soon = () => AbortSignal.timeout(10_000);
const names = (count: number) => Array.from({ length: count }, (_, i) => `s${String(i).padStart(3, "0")}`);

let api: KubernetesApi;
beforeAll(async () => {
  api = await startCluster();
});
afterAll(() => api.close());
afterEach(() => {
  api.setFaults([]);
  api.replace([]);
});

/** What listing Services gives: their names, or the reason why not. */
async function list(url: string, limits: Partial<ClientLimits> = {}, mint = mintToken, signal = soon()) {
  const client = clientFor(url, limits, mint);
  try {
    return (await client.list(serviceList, signal)).map(({ name }) => name);
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    expect(`${error.message} ${error.hint} ${error.stack} ${causes(error)}`).not.toContain("k8s-aws-v1.");
    return error.reason;
  } finally {
    client.close();
  }
}
const causes = (error: unknown): string => (error instanceof Error ? `${error.message} ${error.stack} ${causes(error.cause)}` : "");
/** How many requests for Services the cluster has seen since then. */
const counting =
  (since = api.requests().length) =>
  () =>
    api.requests().length - since;

describe("pages", () => {
  it("every object comes exactly once, whatever their number and the size of a page", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 45 }), async (count, pageSize) => {
        api.replace(names(count).map((name) => aService(name)));
        const seen = counting();
        const listed = await list(api.url, { pageSize });
        // Every cluster holds the Service of the API itself.
        expect(listed).toEqual(["kubernetes", ...names(count)]);
        expect(seen()).toBe(Math.ceil((count + 1) / pageSize));
      }),
      { numRuns: 25 },
    );
  });

  it("asks for 500 at a time, and goes on where the server says", async () => {
    api.replace(names(3).map((name) => aService(name)));
    const before = api.requests().length;
    await list(api.url, { pageSize: 2 });
    await list(api.url);
    expect(
      api
        .requests()
        .slice(before)
        .map(({ path, query }) => [path, query.limit, query.continue !== undefined]),
    ).toEqual([
      ["/api/v1/services", "2", false],
      ["/api/v1/services", "2", true],
      ["/api/v1/services", "500", false],
    ]);
  });

  it("too-large: more pages, or more bytes, than a list may have", async () => {
    api.replace(names(9).map((name) => aService(name)));
    expect(await list(api.url, { pageSize: 1, pagesPerList: 9 })).toMatchObject({ code: "too-large" });
    expect(await list(api.url, { pageSize: 1, pagesPerList: 10 })).toHaveLength(10);
    expect(await list(api.url, { pageSize: 1, listBytes: 2_000 })).toMatchObject({ code: "too-large" });
  });
});

describe("a list that expires while it is read", () => {
  const expire = (fault: Partial<Fault> = {}): Fault => ({ effect: { kind: "expired" }, ...fault });

  it("is begun anew, and no object of the first state is kept", async () => {
    api.replace(["a", "b", "c", "d"].map((name) => aService(name)));
    // Between two pages everything is replaced and the old state forgotten.
    const client = clientFor(api.url, { pageSize: 2 }, async () => mintToken());
    const listing = client.list({ ...serviceList, object: serviceList.object.refine(({ name }) => swap(name)) }, soon());
    let swapped = false;
    const swap = (name: string) => {
      if (name === "a" && !swapped) {
        swapped = true;
        api.replace(["b", "x", "y"].map((one) => aService(one)));
        api.compact();
      }
      return true;
    };
    expect((await listing).map(({ name }) => name)).toEqual(["kubernetes", "b", "x", "y"]);
    client.close();
  });

  it("server-error: it expires a second time; it is not tried a third time", async () => {
    api.replace(names(3).map((name) => aService(name)));
    api.setFaults([expire()]);
    const seen = counting();
    expect(await list(api.url, { pageSize: 2 })).toMatchObject({ code: "server-error" });
    expect(seen()).toBe(4);
  });

  it("known: it expires once and is then read whole", async () => {
    api.replace(names(3).map((name) => aService(name)));
    api.setFaults([expire({ times: 1 })]);
    expect(await list(api.url, { pageSize: 2 })).toEqual(["kubernetes", ...names(3)]);
  });
});

describe("a token that is refused", () => {
  /** Mints tokens of which the first few are for another cluster. */
  const minter = (bad: number) => {
    let minted = 0;
    return {
      mint: async () => {
        minted += 1;
        return minted <= bad ? "k8s-aws-v1.bm90LWEtdG9rZW4" : mintToken();
      },
      count: () => minted,
    };
  };

  it.each([
    ["known: with the first token", 0, 1, "known"],
    ["known: with the second token", 1, 2, "known"],
    ["unauthenticated: two refused, no third is made", 2, 2, "unauthenticated"],
  ])("%s", async (_name, bad, minted, verdict) => {
    api.replace([]);
    const { mint, count } = minter(bad);
    const answer = await list(api.url, {}, mint);
    expect([Array.isArray(answer) ? "known" : answer.code, count()]).toEqual([verdict, minted]);
  });

  it("many requests that meet one refusal share one new token", async () => {
    const { mint, count } = minter(1);
    const client = clientFor(api.url, {}, mint);
    const all = await Promise.all(Array.from({ length: 4 }, () => client.list(serviceList, soon())));
    expect([all.length, count()]).toEqual([4, 2]);
    client.close();
  });

  it("one that was accepted and later refused is replaced again: it has merely grown old", async () => {
    api.replace([]);
    let minted = 0;
    const client = clientFor(api.url, {}, async () => {
      minted += 1;
      return mintToken();
    });
    for (let round = 1; round <= 3; round += 1) {
      api.setFaults([{ effect: { kind: "status", code: 401 }, times: 1 }]);
      expect(await client.list(serviceList, soon())).toHaveLength(1);
      expect(minted).toBe(round + 1);
    }
    client.close();
  });

  it("one that was never accepted, nor the one in its place: later lists make no more", async () => {
    const { mint, count } = minter(9);
    const client = clientFor(api.url, {}, mint);
    for (const _ of [1, 2, 3])
      await expect(client.list(serviceList, soon())).rejects.toMatchObject({ reason: { code: "unauthenticated" } });
    expect(count()).toBe(2);
    client.close();
  });

  it("unauthenticated: one list refuses every token while another accepts them; it is asked twice", async () => {
    let asked = 0;
    const server = await startScripted((request, response) => {
      if (request.url?.startsWith("/apis")) return response.end("{}");
      asked += 1;
      return setTimeout(() => response.writeHead(401).end(), 50); // meanwhile the other list gets in with the same token
    });
    let minted = 0;
    const client = clientFor(server.url, {}, async () => {
      minted += 1;
      return `k8s-aws-v1.${"x".repeat(40)}${minted}`;
    });
    let done = false;
    const others = (async () => {
      while (!done) await client.get("/apis", "the API groups", z.unknown(), soon());
    })();
    await expect(client.list(serviceList, soon())).rejects.toMatchObject({ reason: { code: "unauthenticated" } });
    done = true;
    await others;
    expect(asked).toBe(2);
    client.close();
    await server.close();
  });

  it("one that has grown old is replaced before it is refused", async () => {
    let [minted, time] = [0, 0];
    const endpoint = { host: "127.0.0.1", port: Number(new URL(api.url).port), authorities: certificates.ca };
    const mint = () => {
      minted += 1;
      return mintToken();
    };
    const client = new KubernetesClient({ endpoint, mint, now: () => new Date(time) });
    const mintedAfter = async (minutes: number) => {
      time += minutes * 60_000;
      await client.list(serviceList, soon());
      return minted;
    };
    expect([await mintedAfter(0), await mintedAfter(10), await mintedAfter(1), await mintedAfter(9)]).toEqual([1, 1, 2, 2]);
    client.close();
  });

  it("is not asked for before it is needed, and goes along with every request as a bearer token", async () => {
    const seen: (string | undefined)[] = [];
    const server = await startScripted((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(403).end();
    });
    await list(server.url);
    expect(seen).toEqual([`Bearer ${await mintToken()}`]);
    await server.close();
  });
});

describe("a busy or shaky server", () => {
  const status = (code: number, times?: number, retryAfterSeconds?: number): Fault => ({
    effect: { kind: "status", code, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) },
    ...(times === undefined ? {} : { times }),
  });
  it.each([
    ["known: 429 twice", [status(429, 2, 0)], "known", 3],
    ["throttled: 429 for ever, given up after five tries", [status(429, undefined, 0)], "throttled", 5],
    ["throttled: asked to wait longer than there is time", [status(429, 1, 3_600)], "throttled", 1],
    ["known: 503 once", [status(503, 1)], "known", 2],
    ["server-error: 500 for ever", [status(500)], "server-error", 5],
    ["known: reset once", [{ effect: { kind: "reset" }, times: 1 }], "known", 2],
    ["refused: reset for ever", [{ effect: { kind: "reset" } }], "refused", 5],
    ["known: cut off once", [{ effect: { kind: "cut", bytes: 100 }, times: 1 }], "known", 2],
    ["malformed: cut off for ever", [{ effect: { kind: "cut", bytes: 100 } }], "malformed", 5],
    ["forbidden: not tried again", [status(403)], "forbidden", 1],
    ["not-found: not tried again", [status(404)], "not-found", 1],
    ["server-error: 400, not tried again", [status(400)], "server-error", 1],
  ] as readonly [string, Fault[], string, number][])("%s", async (_name, faults, verdict, requests) => {
    api.replace([]);
    api.setFaults(faults);
    const seen = counting();
    const answer = await list(api.url);
    expect([Array.isArray(answer) ? "known" : answer.code, seen()]).toEqual([verdict, requests]);
  });

  it.each([
    ["seconds", "1", 1_000],
    ["a date", new Date(now.getTime() + 1_000).toUTCString(), 1_000],
    ["a date gone by", new Date(now.getTime() - 60_000).toUTCString(), 0],
    ["nonsense", "soon", 0],
  ])("waits as long as Retry-After says: %s", async (_name, retryAfter, least) => {
    let requests = 0;
    const server = await startScripted((_request, response) => {
      requests += 1;
      if (requests === 1) response.writeHead(429, { "retry-after": retryAfter }).end();
      else response.end(JSON.stringify({ kind: "ServiceList", apiVersion: "v1", metadata: {}, items: [] }));
    });
    const started = performance.now();
    expect(await list(server.url, { pausesMs: 1_500 })).toEqual([]);
    const took = performance.now() - started;
    expect(took).toBeGreaterThanOrEqual(least - 5); // timers may be a little early
    if (least === 0) expect(took).toBeLessThan(900);
    await server.close();
  });
});

describe("patience", () => {
  it("throttled: the pauses of one list add up, and end before they exceed what they may", async () => {
    let requests = 0;
    const server = await startScripted((_request, response) => {
      requests += 1;
      response.writeHead(429, { "retry-after": "1" }).end();
    });
    expect(await list(server.url, { pausesMs: 1_900 })).toMatchObject({ code: "throttled" });
    expect(requests).toBe(2);
    await server.close();
  });

  it("known: an answer over a connection that stands may take longer than making one", async () => {
    api.replace([aService("web")]);
    api.setFaults([{ after: 1, effect: { kind: "delay", ms: 1_200 } }]);
    expect(await list(api.url, { pageSize: 1, connectMs: 1_000, answerMs: 5_000 })).toEqual(["kubernetes", "web"]);
  });
});

describe("redirects", () => {
  it.each([301, 302, 303, 307, 308])("blocked-host: %i is not followed, and nobody else gets a token", async (code) => {
    let visits = 0;
    const elsewhere = await startScripted((_request, response) => {
      visits += 1;
      response.end();
    });
    api.setFaults([{ effect: { kind: "redirect", to: `${elsewhere.url}/api/v1/services`, code } }]);
    expect(await list(api.url)).toMatchObject({ code: "blocked-host" });
    expect(visits).toBe(0);
    await elsewhere.close();
  });
});

describe("a server that cannot be trusted", () => {
  const verdicts = {
    stranger: "is not from the cluster's certificate authority",
    "other-name": "does not name 127.0.0.1",
    expired: "has expired",
  } as const;
  it.each(Object.entries(verdicts))("tls: its certificate is %s", async (flaw, message) => {
    api.setFaults([{ effect: { kind: "certificate", flaw: flaw as keyof typeof verdicts } }]);
    const seen = counting();
    expect(await list(api.url)).toMatchObject({ code: "tls", message: expect.stringContaining(message) });
    expect(seen()).toBe(0);
  });

  it("tls: also where the environment says not to look", async () => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    api.setFaults([{ effect: { kind: "certificate", flaw: "stranger" } }]);
    expect(await list(api.url).finally(() => delete process.env.NODE_TLS_REJECT_UNAUTHORIZED)).toMatchObject({ code: "tls" });
  });
});

/** A TCP server that does as told with each connection. */
async function startTcp(onConnection: (socket: Socket) => void): Promise<{ url: string; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

describe("no answer", () => {
  it("refused: nothing listens", async () => {
    const server = await startTcp(() => undefined);
    server.close();
    expect(await list(server.url)).toMatchObject({ code: "refused", message: expect.stringContaining("refused the connection") });
  });

  it("refused: the connection is closed during the handshake", async () => {
    const server = await startTcp((socket) => socket.destroy());
    expect(await list(server.url)).toMatchObject({ code: "refused", message: expect.stringMatching(/reset|closed/) });
    server.close();
  });

  it("tls: something else than TLS listens", async () => {
    const server = await startTcp((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    expect(await list(server.url)).toMatchObject({ code: "tls" });
    server.close();
  });

  it("timeout: the connection stands, the handshake does not; known by the short limit", async () => {
    const server = await startTcp(() => undefined);
    const started = performance.now();
    expect(await list(server.url, { connectMs: 100, answerMs: 60_000 })).toMatchObject({
      code: "timeout",
      message: expect.stringContaining("TLS handshake"),
    });
    expect(performance.now() - started).toBeLessThan(2_000);
    server.close();
  });

  it("dns: the name does not exist", async () => {
    const lost = new KubernetesClient({
      endpoint: { host: "nowhere.invalid", port: 443, authorities: certificates.ca },
      mint: mintToken,
      now: () => now,
      limits: { pauseMs: 1 },
    });
    await expect(lost.list(serviceList, soon())).rejects.toMatchObject({ reason: { code: "dns" } });
    lost.close();
  });

  it("timeout: the request is accepted and never answered", async () => {
    api.setFaults([{ effect: { kind: "hang" } }]);
    const seen = counting();
    expect(await list(api.url, { answerMs: 100 })).toMatchObject({
      code: "timeout",
      message: expect.stringContaining("did not answer within 100 ms"),
    });
    expect(seen()).toBe(1);
  });

  it("timeout: the answer never ends", async () => {
    api.setFaults([{ effect: { kind: "drip", bytes: 1, everyMs: 20 } }]);
    expect(await list(api.url, { answerMs: 150 })).toMatchObject({ code: "timeout", message: expect.stringContaining("did not finish") });
  });

  it.each([
    ["while it waits for an answer", { effect: { kind: "hang" } }],
    ["while it reads one", { effect: { kind: "drip", bytes: 1, everyMs: 20 } }],
  ] as readonly [string, Fault][])("timeout: the deadline of the whole scan comes %s", async (_name, fault) => {
    api.setFaults([fault]);
    expect(await list(api.url, {}, mintToken, AbortSignal.timeout(100))).toMatchObject({
      code: "timeout",
      message: expect.stringContaining("time for reading this cluster"),
    });
  });

  it("timeout: the deadline had passed before anything was sent", async () => {
    const seen = counting();
    expect(await list(api.url, {}, mintToken, AbortSignal.abort())).toMatchObject({ code: "timeout" });
    expect(seen()).toBe(0);
  });

  it("throttled: the deadline comes during the pause that the server asked for", async () => {
    const deadline = new AbortController();
    const server = await startScripted((_request, response) => {
      response.on("finish", () => setTimeout(() => deadline.abort(), 300)); // by then the client has begun to wait
      response.writeHead(429, { "retry-after": "60" }).end();
    });
    const started = performance.now();
    expect(await list(server.url, { pausesMs: 120_000 }, mintToken, deadline.signal)).toMatchObject({ code: "throttled" });
    expect(performance.now() - started).toBeLessThan(5_000);
    await server.close();
  });

  it("whoever could not be reached is not tried again by the next list", async () => {
    let connections = 0;
    const server = await startTcp((socket) => {
      connections += 1;
      socket.on("data", () => undefined);
    });
    const client = clientFor(server.url, { connectMs: 100 });
    for (const _ of [1, 2, 3]) await expect(client.list(serviceList, soon())).rejects.toMatchObject({ reason: { code: "timeout" } });
    expect(connections).toBe(1);
    client.close();
    server.close();
  });
});

describe("an answer that is none", () => {
  const frame = { kind: "ServiceList", apiVersion: "v1", metadata: {}, items: [] };
  it.each([
    ["known: the empty list", frame, "known"],
    ["known: an empty list as Go may write it", { ...frame, items: null }, "known"],
    ["malformed: no items at all", { ...frame, items: undefined }, "malformed"],
    ["malformed: no metadata, so nobody knows whether it goes on", { ...frame, metadata: undefined }, "malformed"],
    ["malformed: items that are no list", { ...frame, items: {} }, "malformed"],
    ["malformed: another kind", { ...frame, kind: "PodList" }, "malformed"],
    ["malformed: another version", { ...frame, apiVersion: "v2" }, "malformed"],
    ["malformed: a Status", { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure" }, "malformed"],
    ["malformed: null", null, "malformed"],
    ["malformed: an item that is no object", { ...frame, items: [7] }, "malformed"],
  ])("%s", async (_name, body, verdict) => {
    api.setFaults([{ effect: { kind: "body", text: JSON.stringify(body) } }]);
    const answer = await list(api.url);
    expect(Array.isArray(answer) ? "known" : answer.code).toBe(verdict);
  });

  it.each([
    ["nothing", ""],
    ["a page of a proxy", "<html>Sign in</html>"],
    ["half a document", JSON.stringify(frame).slice(0, -3)],
  ])("malformed: %s", async (_name, text) => {
    api.setFaults([{ effect: { kind: "body", text } }]);
    expect(await list(api.url)).toMatchObject({ code: "malformed", message: expect.stringContaining("no complete JSON document") });
  });

  it("malformed: a page that leads to itself", async () => {
    api.setFaults([{ effect: { kind: "body", text: JSON.stringify({ ...frame, metadata: { continue: "again" } }) } }]);
    const seen = counting();
    expect(await list(api.url)).toMatchObject({ code: "malformed" });
    expect(seen()).toBe(2);
  });

  it("malformed: one object among good ones, named", async () => {
    const good = { metadata: { namespace: "shop", name: "web", uid: "u" }, spec: { type: "ClusterIP" } };
    const bad = { metadata: { namespace: "shop", name: "api", uid: "u" }, spec: { type: "ClusterIP", ports: [{ port: "80" }] } };
    api.setFaults([{ effect: { kind: "body", text: JSON.stringify({ ...frame, items: [good, bad] }) } }]);
    expect(await list(api.url)).toEqual({
      code: "malformed",
      message: "Service shop/api cannot be read: spec.ports.0.port: Invalid input: expected number, received string.",
    });
  });

  it("too-large: an answer beyond the limit, as sent", async () => {
    api.setFaults([{ effect: { kind: "body", text: JSON.stringify({ ...frame, filler: "x".repeat(5_000) }) } }]);
    expect(await list(api.url, { answerBytes: 4_000 })).toMatchObject({ code: "too-large" });
  });

  it("too-large: an answer that is small as sent and large when unpacked", async () => {
    api.setFaults([{ effect: { kind: "swell", bytes: 20_000_000 } }]);
    expect(await list(api.url, { answerBytes: 1_000_000 })).toMatchObject({ code: "too-large" });
    expect(await list(api.url)).toEqual(["kubernetes"]);
  });

  const scripted = async (headers: Record<string, string>, body: Buffer | string) => {
    const server = await startScripted((_request, response) => response.writeHead(200, headers).end(body));
    return list(server.url).finally(() => server.close());
  };
  const text = JSON.stringify(frame);
  it.each([
    ["known: gzip", "gzip", gzipSync(text), "known"],
    ["malformed: half a gzip stream", "gzip", gzipSync(text).subarray(0, 30), "malformed"],
    ["malformed: said to be gzip", "gzip", Buffer.from(text), "malformed"],
    ["malformed: an encoding that was not asked for", "br", Buffer.from(text), "malformed"],
    [
      "malformed: not UTF-8",
      "identity",
      Buffer.from(text.replace("{}", '{"selfLink":"\xff"}'), "latin1"), // one byte that no character begins with
      "malformed",
    ],
  ] as const)("%s", async (_name, encoding, body, verdict) => {
    const answer = await scripted({ "content-encoding": encoding }, body);
    expect(Array.isArray(answer) ? "known" : answer.code).toBe(verdict);
  });

  it("malformed: no HTTP", async () => {
    const server = await startScripted((request) => void request.socket.end("SSH-2.0-OpenSSH_9.9\r\n"));
    expect(await list(server.url)).toMatchObject({ code: "malformed" });
    await server.close();
  });
});

describe("what a hostile server says", () => {
  /** Sends the caller's own token back in every place where a server can write. */
  it.each([200, 302, 400, 401, 403, 410, 429, 500])("%i: the token it sends back is repeated nowhere", async (code) => {
    const server = await startScripted((request, response) => {
      const token = request.headers.authorization ?? "";
      response.writeHead(code, token.slice(0, 200), { location: `https://evil.example/${token}`, "x-echo": token });
      response.end(`{"kind": "${token}", "message": "${token}"`);
    });
    expect(await list(server.url, { tries: 2 })).toMatchObject({ code: expect.any(String) }); // `list` looks for the token
    await server.close();
  });

  const answering = (item: (token: string) => object) =>
    startScripted((request, response) => {
      const items = [item(request.headers.authorization?.slice("Bearer ".length) ?? "")];
      response.end(JSON.stringify({ kind: "ServiceList", apiVersion: "v1", metadata: {}, items }));
    });

  it("malformed: a good answer with the token in it becomes no fact", async () => {
    const server = await answering((token) => ({ metadata: { namespace: "shop", name: "web", uid: "u", labels: { token } }, spec: {} }));
    expect(await list(server.url)).toMatchObject({ code: "malformed", message: expect.stringContaining("repeats the token") });
    await server.close();
  });

  it("malformed: names and keys that are no field's are not repeated", async () => {
    const metadata = { namespace: "<b>x</b>", name: "\u001b[31m", uid: "u", labels: { "\u001b[32mshout": 1 } };
    const server = await answering(() => ({ metadata, spec: {} }));
    expect(await list(server.url)).toEqual({
      code: "malformed",
      message: "Service (item 1 of page 1) cannot be read: metadata.labels.?: Invalid input: expected string, received number.",
    });
    await server.close();
  });

  it("an endless refusal: the status stands, the rest is not waited for longer than an answer may take", async () => {
    const server = await startScripted((_request, response) => {
      response.writeHead(403);
      response.write("x");
    });
    expect(await list(server.url, { answerMs: 100 })).toMatchObject({ code: "forbidden" });
    await server.close();
  });
});

it("of a group's versions the preferred one comes first, and a group that is not installed has none", async () => {
  const versions = [{ version: "v1beta1" }, { version: "v1" }];
  let asked = 0;
  const server = await startScripted((_request, response) => {
    asked += 1;
    response.end(JSON.stringify({ kind: "APIGroupList", groups: [{ name: "a.example", versions, preferredVersion: { version: "v1" } }] }));
  });
  const client = clientFor(server.url);
  const discovery = new Discovery(client, soon());
  expect([await discovery.versionsOf("a.example"), await discovery.versionsOf("b.example"), asked]).toEqual([["v1", "v1beta1"], [], 1]);
  client.close();
  await server.close();
});
