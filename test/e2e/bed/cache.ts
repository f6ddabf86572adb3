import { homedir } from "node:os";
import path from "node:path";

/** Where the bed keeps what is slow to make: the user's cache, never the work tree. */
export const cacheFolder = (name: string): string =>
  path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache"), "eks-perimeter", name);
