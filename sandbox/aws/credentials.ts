/** Access keys that the sandbox has issued, and whom each stands for. */
import { randomBytes, randomInt } from "node:crypto";
import { hex } from "../world/ids.ts";

/** Whom a request acts for. */
export interface Principal {
  readonly kind: "user" | "session";
  readonly account: string;
  /** Of the user or the role. */
  readonly name: string;
  readonly arn: string;
  /** AIDA… or AROA…:session. */
  readonly userId: string;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface IssuedCredentials extends Credentials {
  readonly principal: Principal;
  readonly expiration?: Date;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const keyId = (prefix: string): string => prefix + Array.from({ length: 16 }, () => alphabet[randomInt(alphabet.length)]).join("");
const uniqueId = (prefix: string, ...words: string[]): string => prefix + hex(17, ...words).toUpperCase();

export const userOf = (partition: string, account: string, name: string): Principal => ({
  kind: "user",
  account,
  name,
  arn: `arn:${partition}:iam::${account}:user/${name}`,
  userId: uniqueId("AIDA", account, "user", name),
});

export const sessionOf = (partition: string, account: string, role: string, session: string): Principal => ({
  kind: "session",
  account,
  name: role,
  arn: `arn:${partition}:sts::${account}:assumed-role/${role}/${session}`,
  userId: `${uniqueId("AROA", account, "role", role)}:${session}`,
});

export interface CredentialStore {
  /** Long-lived keys without a session token. */
  issueToUser(principal: Principal): IssuedCredentials;
  issueToSession(principal: Principal, expiration: Date): IssuedCredentials & { readonly sessionToken: string; readonly expiration: Date };
  find(accessKeyId: string): IssuedCredentials | undefined;
}

export function createCredentialStore(): CredentialStore {
  const issued = new Map<string, IssuedCredentials>();
  const secret = () => randomBytes(30).toString("base64");
  return {
    issueToUser(principal) {
      const credentials = { accessKeyId: keyId("AKIA"), secretAccessKey: secret(), principal };
      issued.set(credentials.accessKeyId, credentials);
      return credentials;
    },
    issueToSession(principal, expiration) {
      // Real tokens are base64 with "/", "+" and "=" in it, which breaks naive encoders.
      const sessionToken = `IQoJb3JpZ2luX2VjE/+${randomBytes(190).toString("base64")}==`;
      const credentials = { accessKeyId: keyId("ASIA"), secretAccessKey: secret(), sessionToken, principal, expiration };
      issued.set(credentials.accessKeyId, credentials);
      return credentials;
    },
    find: (accessKeyId) => issued.get(accessKeyId),
  };
}
