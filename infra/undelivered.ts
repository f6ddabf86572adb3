/** What was to happen and never began, for two weeks: who reads it can start it again. */
import { named } from "./stage.ts";

const kept = { messageRetentionSeconds: 14 * 24 * 3600, sqsManagedSseEnabled: true };

/** Schedules whose run could not be started. */
export const undelivered = new aws.sqs.Queue("Undelivered", { name: named("undelivered"), ...kept });

/** Scans that a person asked for: events that did not reach `rescan`, and invocations that ended without an answer. */
export const undeliveredRescans = new aws.sqs.Queue("UndeliveredRescans", { name: named("undelivered-rescans"), ...kept });
