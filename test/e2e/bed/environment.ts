import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** The credentials of every request to the test bed. They open nothing anywhere. */
export const testCredentials = { accessKeyId: "testing", secretAccessKey: "testing" } as const;
/** The account that moto gives to credentials which no AssumeRole made. */
export const motoAccount = "123456789012";

const outsideOurs = /^(AWS_|EKS_PERIMETER_|XDG_STATE_HOME$|XDG_CONFIG_HOME$|FORCE_COLOR$|NODE_OPTIONS$|VITEST|KUBECONFIG$)/;

/**
 * The whole environment of a child process that speaks to the bed: the developer's own profile, Region, credentials
 * and state stay out, instance metadata is never asked for, and output is stable.
 */
export function bedEnvironment(additions: Readonly<Record<string, string | undefined>> = {}): Record<string, string> {
  const folder = mkdtempSync(path.join(tmpdir(), "eks-perimeter-e2e-"));
  const empty = path.join(folder, "empty");
  writeFileSync(empty, "");
  const environment: Record<string, string | undefined> = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !outsideOurs.test(name))),
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_ACCESS_KEY_ID: testCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: testCredentials.secretAccessKey,
    AWS_REGION: "eu-west-1",
    AWS_DEFAULT_REGION: "eu-west-1",
    AWS_CONFIG_FILE: empty,
    AWS_SHARED_CREDENTIALS_FILE: empty,
    NO_COLOR: "1",
    CI: "true",
    TZ: "UTC",
    DO_NOT_TRACK: "1",
    XDG_STATE_HOME: path.join(folder, "state"),
    ...additions,
  };
  return Object.fromEntries(Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
