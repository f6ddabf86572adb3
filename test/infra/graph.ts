/** Runs the real SST component code under Pulumi's mocks, without AWS, and answers what it declares. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { installPlatform, platform } from "./platform.ts";

export interface Declared {
  readonly type: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: the inputs of every AWS resource there is
  readonly inputs: any;
}

const load = (path: string) => import(/* @vite-ignore */ resolve(platform, path));
const account = "111122223333";

/** What SST's own command line would answer the components; an unknown question fails loudly. */
const answers: Readonly<Record<string, unknown>> = {
  "Provider.Aws.Bootstrap": { asset: "asset", state: "state", assetEcrRegistryId: "0", assetEcrUrl: "ecr" },
  "Runtime.AddTarget": true,
  "Runtime.Build": { handler: "index.handler", out: resolve("functions"), errors: [], sourcemaps: [] },
};

async function commandLine() {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { method } = JSON.parse(body) as { method: string };
    response.end(JSON.stringify(method in answers ? { result: answers[method] } : { error: `no answer for ${method}` }));
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return server;
}

const dataSources: Readonly<Record<string, unknown>> = {
  getCallerIdentity: { accountId: account },
  getRegion: { region: "eu-west-1", name: "eu-west-1" },
  getPartition: { partition: "aws" },
};

/** The files that are deployed, in their order. */
export const stack: readonly string[] = [...readFileSync("sst.config.ts", "utf8").matchAll(/import\("\.\/(infra\/[\w-]+\.ts)"\)/g)].map(
  ([, file = ""]) => file,
);

/** Every resource that the files declare. Infrastructure modules load once per process: call it once per test file. */
export async function declare(stage: string, ...files: string[]): Promise<readonly Declared[]> {
  await installPlatform();
  const server = await commandLine();
  process.env.SST_SERVER = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const app = { name: "eks-perimeter", stage, home: "aws", removal: "remove", protect: false, providers: { aws: { region: "eu-west-1" } } };
  const paths = { root: process.cwd(), home: process.cwd(), work: resolve(".sst"), platform };
  Object.assign(globalThis, {
    $app: app,
    $dev: false,
    $cli: { command: "deploy", rpc: "", env: {}, state: { version: {} }, paths },
  });

  const declared: Declared[] = [];
  const { default: pulumi } = await load("node_modules/@pulumi/pulumi/index.js");
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }: Declared) => {
        declared.push({ type, name, inputs });
        return { id: `${name}-id`, state: { ...inputs, name: inputs.name ?? name, arn: `arn:aws:mock:eu-west-1:${account}:${name}` } };
      },
      call: ({ token, inputs }: { token: string; inputs: object }) => {
        const name = token.split(/[:/]/).at(-1) ?? "";
        // function.ts reads the statements of the document beside its JSON
        return name === "getPolicyDocument" ? { ...inputs, json: JSON.stringify(inputs) } : (dataSources[name] ?? inputs);
      },
    },
    app.name,
    stage,
    false,
  );
  Object.assign(globalThis, await load("src/shim/run.js"), {
    aws: (await load("node_modules/@pulumi/aws/index.js")).default,
    sst: { aws: await load("src/components/aws/index.ts") },
  });
  for (const file of files) await import(/* @vite-ignore */ resolve(file));
  // Functions are hashed and zipped on the way: a busy machine pauses between two resources.
  for (let seen = -1, still = 0; still < 10; still = seen === declared.length ? still + 1 : 0) {
    seen = declared.length;
    await new Promise((tick) => setTimeout(tick, 250));
  }
  server.close();
  return declared;
}
