import path from "node:path";
import { built } from "../built.ts";

/** The folder that holds kubectl, built now if it never was. */
export const kubectl = (): Promise<string> => built(path.join(import.meta.dirname, "build.sh"));
