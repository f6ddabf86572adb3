import { isIP } from "node:net";
import { generate } from "selfsigned";

/** A certificate and its private key, PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** What may be wrong with a server's certificate, from the view of a client that trusts `ca`. */
export const certificateFlaws = ["stranger", "other-name", "expired"] as const;
export type CertificateFlaw = (typeof certificateFlaws)[number];

export interface Certificates {
  /** The authority that clients are to trust, PEM. */
  readonly ca: string;
  /** The same in base64, as DescribeCluster has it under `certificateAuthority.data`. */
  readonly certificateAuthorityData: string;
  readonly server: KeyPair;
  /** `stranger` comes from another authority of the same name, `other-name` names another host, `expired` was good until last year. */
  readonly flawed: Readonly<Record<CertificateFlaw, KeyPair>>;
}

const dayMs = 86_400_000;
const elliptic = { keyType: "ec", algorithm: "sha256" } as const; // P-256: a key takes a millisecond, an RSA key hundreds

async function createAuthority(): Promise<KeyPair> {
  // EKS names each cluster's authority "kubernetes".
  const pems = await generate([{ name: "commonName", value: "kubernetes" }], {
    ...elliptic,
    notBeforeDate: new Date(Date.now() - dayMs),
    notAfterDate: new Date(Date.now() + 3650 * dayMs),
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
    ],
  });
  return { cert: pems.cert, key: pems.private };
}

async function createServer(ca: KeyPair, names: readonly string[], validFrom: number, validTo: number): Promise<KeyPair> {
  const pems = await generate([{ name: "commonName", value: "kube-apiserver" }], {
    ...elliptic,
    ca,
    notBeforeDate: new Date(validFrom),
    notAfterDate: new Date(validTo),
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: names.map((name) => (isIP(name) === 0 ? { type: 2 as const, value: name } : { type: 7 as const, ip: name })),
      },
    ],
  });
  return { cert: pems.cert, key: pems.private };
}

/**
 * A new authority and server certificates under it, all in memory.
 *
 * @param names host names and addresses that the server answers to, beside 127.0.0.1 and localhost
 */
export async function createCertificates({ names = [] }: { readonly names?: readonly string[] } = {}): Promise<Certificates> {
  const now = Date.now();
  const own = ["127.0.0.1", "localhost", ...names];
  const [authority, other] = await Promise.all([createAuthority(), createAuthority()]);
  const [server, stranger, otherName, expired] = await Promise.all([
    createServer(authority, own, now - dayMs, now + 365 * dayMs),
    createServer(other, own, now - dayMs, now + 365 * dayMs),
    createServer(authority, ["elsewhere.invalid"], now - dayMs, now + 365 * dayMs),
    createServer(authority, own, now - 730 * dayMs, now - 365 * dayMs),
  ]);
  return {
    ca: authority.cert,
    certificateAuthorityData: Buffer.from(authority.cert).toString("base64"),
    server,
    flawed: { stranger, "other-name": otherName, expired },
  };
}
