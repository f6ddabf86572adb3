import { createHash } from "node:crypto";

/** Where something about a channel lies, whatever characters its name has. */
export const channelKey = (folder: "outbox" | "told", channel: string): string =>
  `slack/${folder}/${/^[A-Z0-9]{1,40}$/.test(channel) ? channel : `~${createHash("sha256").update(channel).digest("hex").slice(0, 24)}`}.json`;
