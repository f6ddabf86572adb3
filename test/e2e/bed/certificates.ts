import { generateKeyPairSync } from "node:crypto";
import { generate, type SubjectAltNameEntry } from "selfsigned";

/** All PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface Pki {
  readonly ca: Certificate;
  /** For 127.0.0.1. */
  readonly server: Certificate;
  /** Of the group system:masters. */
  readonly admin: Certificate;
  readonly serviceAccount: { readonly privateKey: string; readonly publicKey: string };
}

const keys = { keyType: "ec", algorithm: "sha256" } as const;

/** The keys and certificates of one API server, under a CA of its own. */
export async function makePki(): Promise<Pki> {
  const made = await generate([{ name: "commonName", value: "test bed CA" }], {
    ...keys,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const ca = { cert: made.cert, key: made.private };
  const loopback: SubjectAltNameEntry = { type: 7, ip: "127.0.0.1" };
  const [server, admin] = await Promise.all([
    generate([{ name: "commonName", value: "kube-apiserver" }], {
      ...keys,
      ca,
      extensions: [
        { name: "extKeyUsage", serverAuth: true },
        { name: "subjectAltName", altNames: [loopback] },
      ],
    }),
    generate(
      [
        { name: "commonName", value: "admin" },
        { name: "organizationName", value: "system:masters" },
      ],
      { ...keys, ca, extensions: [{ name: "extKeyUsage", clientAuth: true }] },
    ),
  ]);
  const serviceAccount = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return {
    ca,
    server: { cert: server.cert, key: server.private },
    admin: { cert: admin.cert, key: admin.private },
    serviceAccount,
  };
}
