import type { User } from "./authorization.ts";
import { type Secret, verifyToken } from "./token.ts";

/** One EKS access entry of type STANDARD. */
export interface AccessEntry {
  /** An IAM role or user; a role may have a path. */
  readonly principalArn: string;
  /** Without it EKS takes the caller's ARN: of a role, the session's. */
  readonly username?: string;
  readonly groups: readonly string[];
}

/**
 * The principal behind a caller's ARN: the role of a role session, without the path that sessions do not show.
 * Source: kubernetes-sigs/aws-iam-authenticator pkg/arn/arn.go Canonicalize.
 */
export function canonicalArn(arn: string): string {
  const [, partition, account, role] = /^arn:([\w-]+):sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/.exec(arn) ?? [];
  if (role !== undefined) return `arn:${partition}:iam::${account}:role/${role}`;
  return arn;
}

/** A role without its path, as sessions name it. */
const withoutPath = (arn: string): string => arn.replace(/:role\/.*\/([^/]+)$/, ":role/$1");

export interface AuthenticatorOptions {
  readonly clusterId: string;
  /** As they are when a token comes. */
  entries(): readonly AccessEntry[];
  now(): Date;
  secretOf(accessKeyId: string): Secret | undefined;
  /** "aws" by default. */
  readonly partition?: string;
}

/** What EKS does with a bearer token: verifies it and looks the caller up among the access entries. Undefined is 401. */
export const createAuthenticator =
  ({ entries, now, ...verifier }: AuthenticatorOptions): ((token: string) => Promise<User | undefined>) =>
  async (token) => {
    const verdict = await verifyToken(token, { ...verifier, now: now() });
    if (!verdict.ok) return undefined;
    const principal = canonicalArn(verdict.arn);
    const entry = entries().find(({ principalArn }) => withoutPath(principalArn) === principal);
    return entry === undefined ? undefined : { username: entry.username ?? verdict.arn, groups: entry.groups };
  };
