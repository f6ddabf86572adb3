import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How an invocation ended: the handler's answer, or its error as the runtime client tells it. */
export type Invoked = { readonly answer: unknown } | { readonly error: { readonly errorType: string; readonly errorMessage: string } };

/** Lambda's side of one function: hands out events, and takes answers and errors. */
export interface RuntimeApi {
  /** For AWS_LAMBDA_RUNTIME_API. */
  readonly host: string;
  /** The function has loaded, and asked for its first event. */
  isAsked(): boolean;
  /** One after the other, as one instance of a function does. */
  invoke(event: unknown): Promise<Invoked>;
  stop(): Promise<void>;
}

interface Invocation {
  readonly id: string;
  readonly event: unknown;
  readonly ended: (how: Invoked) => void;
}

/**
 * @param arn of the function
 * @param timeoutMs how long an invocation may take, by which its deadline is told
 */
export async function startRuntimeApi(arn: string, timeoutMs: number): Promise<RuntimeApi> {
  const queue: Invocation[] = [];
  const running = new Map<string, Invocation>();
  let asking: ServerResponse | undefined;
  let asked = false;
  let count = 0;

  const handOut = () => {
    if (asking === undefined) return;
    const invocation = queue.shift();
    if (invocation === undefined) return;
    running.set(invocation.id, invocation);
    asking
      .writeHead(200, {
        "content-type": "application/json",
        "lambda-runtime-aws-request-id": invocation.id,
        "lambda-runtime-deadline-ms": String(Date.now() + timeoutMs),
        "lambda-runtime-invoked-function-arn": arn,
      })
      .end(JSON.stringify(invocation.event));
    asking = undefined;
  };
  const take = (id: string, how: string, body: string) => {
    const said = JSON.parse(body);
    running.get(id)?.ended(how === "response" ? { answer: said } : { error: said });
    running.delete(id);
  };

  const server = createServer(async (request, response) => {
    const [, id = "", how = ""] = /^\/2018-06-01\/runtime\/invocation\/([\w-]+)(?:\/(response|error))?$/.exec(request.url ?? "") ?? [];
    if (id === "next") {
      asking = response;
      asked = true;
      handOut();
      return;
    }
    const body = await textOf(request);
    if (how !== "") take(id, how, body);
    response.writeHead(how === "" ? 404 : 202).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // listening on TCP
  return {
    host: `127.0.0.1:${port}`,
    isAsked: () => asked,
    invoke(event) {
      count += 1;
      const id = `00000000-0000-4000-8000-${String(count).padStart(12, "0")}`;
      const { promise, resolve } = Promise.withResolvers<Invoked>();
      queue.push({ id, event, ended: resolve });
      handOut();
      return promise;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of message.setEncoding("utf8")) text += chunk;
  return text;
}
