import path from "node:path";
import { built } from "../built.ts";

/** The entry of AWS's own runtime client of Lambda, built now if it never was. */
export const lambdaRuntimeClient = async (): Promise<string> =>
  path.join(await built(path.join(import.meta.dirname, "build.sh")), "node_modules", "aws-lambda-ric", "index.mjs");
