import { type About, defineCheck, type Verdict } from "../../model/check.ts";
import { known, unknown } from "../../model/fact.ts";
import { minorOf } from "../kubernetes-versions.ts";
import { encryptSecrets } from "./eks-commands.ts";

/** From this version on EKS encrypts all Kubernetes API data with a KMS key of its own: EKS User Guide, "Default envelope encryption". */
const firstMinorEncryptedByDefault = 28;
const text =
  "Associate a KMS key of your own with the cluster, which can't be undone, or update the cluster to Kubernetes 1.28 or later, where EKS encrypts all API data by default.";

const beforeDefault = known({ kubernetes: "1.27", support: unknown("forbidden", "Not asked.") });

export const secretsEncryptedWithKms = defineCheck({
  id: "secrets-encrypted-with-kms",
  title: "Secrets are encrypted with a KMS key",
  surface: "endpoint",
  severity: "medium",
  path: { none: "It judges how secrets are stored, not who reaches them." },
  needs: ["secretsEncryption"],
  uses: ["version"],
  why: "Without an encryption provider, whoever reads the cluster's database or a backup of it reads every secret.",
  judged:
    "Passes when the cluster's encryption configuration names a KMS key of the customer, or when the version is 1.28 or later, where EKS encrypts all API data with a key of its own: the evidence tells own-key from default-envelope-encryption. It fails for an older version without a key. Without a key and with a version that was not read it is unknown. A framework that asks for a customer's key is answered by a pass with own-key alone.",
  unseen: "The key's policy and whether it is still enabled.",
  remediation: text,
  examples: {
    fail: { secretsEncryption: {}, version: beforeDefault },
    pass: { secretsEncryption: { keyArn: "arn:aws:kms:eu-west-1:111122223333:key/1a2b3c4d" }, version: beforeDefault },
  },
  evaluate: ({ secretsEncryption: { keyArn }, version }, _settings, about) => {
    const { resource } = about;
    const name = `Cluster ${resource.name}`;
    if (keyArn !== undefined) {
      const evidence = { encryption: "own-key", keyArn };
      return [{ status: "pass", resource, evidence, message: `${name} encrypts secrets with the KMS key ${keyArn}.` }];
    }
    if (version.state === "unknown") {
      const { reason } = version;
      const message = `${name} was not judged, it has no KMS key of its own and its version could not be read: ${reason.message}`;
      return [{ status: "unknown", resource, reason: { code: "depends-on-unknown", message: reason.message }, message }];
    }
    return [byVersion(version.value.kubernetes, about)];
  },
});

function byVersion(kubernetesVersion: string, about: About): Verdict {
  const { resource } = about;
  const name = `Cluster ${resource.name}`;
  const minor = minorOf(kubernetesVersion);
  if (minor === undefined) {
    const message = `AWS answered ${JSON.stringify(kubernetesVersion)}, which is no Kubernetes version.`;
    return { status: "unknown", resource, reason: { code: "malformed", message }, message: `${name} was not judged: ${message}` };
  }
  if (minor >= firstMinorEncryptedByDefault) {
    const evidence = { encryption: "default-envelope-encryption", kubernetesVersion };
    const message = `${name} encrypts secrets by the default envelope encryption of Kubernetes ${kubernetesVersion}, with no KMS key of its own.`;
    return { status: "pass", resource, evidence, message };
  }
  const config = '[{"resources":["secrets"],"provider":{"keyArn":"<ARN of your KMS key>"}}]';
  const command = encryptSecrets(about, `'${config}'`);
  return {
    status: "fail",
    resource,
    evidence: { encryption: "none", kubernetesVersion },
    message: `${name} runs Kubernetes ${kubernetesVersion} and encrypts secrets with no KMS key.`,
    remediation: { text, commands: [command] },
  };
}
