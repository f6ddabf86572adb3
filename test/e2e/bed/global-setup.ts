import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { awsCli } from "./aws-cli.ts";
import { ciliumVerdicts } from "./cilium/assets.ts";
import { iamSimulator } from "./iam/judge.ts";
import { kubeAssets } from "./kube/assets.ts";
import { startEtcd } from "./kube/etcd.ts";
import { kubectl } from "./kubectl/assets.ts";
import { ministackEnvironment } from "./ministack/ministack.ts";
import { type Had, orMissing } from "./missing.ts";
import { startMoto } from "./moto.ts";
import { lambdaRuntimeClient } from "./runtime/client.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** AWS_ENDPOINT_URL of the moto that all tests share; each has Regions of its own. */
    moto: Had<string>;
    /** The etcd that all API servers share; each has a prefix of its own. */
    etcd: Had<string>;
    /** The command of the AWS CLI. */
    aws: Had<string>;
    /** The folder that holds kubectl. */
    kubectl: Had<string>;
    /** The command that answers with Cilium's own policy code. */
    cilium: Had<string>;
    /** The `bin` folder of ministack's Python environment. */
    ministack: Had<string>;
    /** The entry of AWS's runtime client of Lambda. */
    runtimeClient: Had<string>;
    /** The folder that holds the IAM simulator. */
    iam: Had<string>;
  }
}

/** Starts once what all tests share, and makes first, one after the other, what is missing on this machine. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const temporary = await mkdtemp(path.join(tmpdir(), "eks-perimeter-e2e-"));
  process.env.TMPDIR = temporary; // of the test processes too, which begin later
  const stops: (() => Promise<void>)[] = [];
  const end = async () => {
    await Promise.all(stops.map((stop) => stop()));
    await rm(temporary, { recursive: true, force: true });
  };
  const keep = <T extends { readonly url: string; stop(): Promise<void> }>(server: T): string => {
    stops.push(() => server.stop());
    return server.url;
  };
  try {
    provide("aws", await orMissing(awsCli));
    provide("moto", await orMissing(async () => keep(await startMoto())));
    provide(
      "etcd",
      await orMissing(async () => {
        await kubeAssets();
        return keep(await startEtcd());
      }),
    );
    provide("kubectl", await orMissing(kubectl));
    provide("cilium", await orMissing(ciliumVerdicts));
    provide("ministack", await orMissing(ministackEnvironment));
    provide("runtimeClient", await orMissing(lambdaRuntimeClient));
    provide("iam", await orMissing(iamSimulator));
  } catch (error) {
    await end();
    throw error;
  }
  return end;
}
