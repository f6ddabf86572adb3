import { encryptSecrets, waitForCluster } from "../../checks/endpoint/eks-commands.ts";
import { asksFor, quotedJsonWith } from "../../checks/shell.ts";
import { known } from "../../model/fact.ts";
import { partitionOf } from "../../model/partition.ts";
import { aboutOf, type Fix } from "../fix.ts";

const variable = "KMS_KEY_ARN";

export const fixSecretsEncryptedWithKms: Fix = (input) => {
  const about = aboutOf(input);
  const { account, region } = input;
  const standIn = `arn:${partitionOf(region).name}:kms:${region}:${account}:key/stand-in`;
  const config = quotedJsonWith([{ resources: ["secrets"], provider: { keyArn: `$${variable}` } }], [variable]);
  return {
    plan: {
      summary: "Encrypts secrets with a KMS key of your own.",
      commands: [
        asksFor(variable, `the ARN of a symmetric KMS key in ${region}`),
        encryptSecrets(about, config),
        waitForCluster(about),
        "kubectl get secrets --all-namespaces --output json | kubectl replace --filename -",
      ],
      manifests: [],
      after: { ...input.cluster.facts, secretsEncryption: known({ keyArn: standIn }) },
      notes: [
        "This can't be undone: neither the encryption nor the key can be taken away again, and a cluster whose key is deleted is lost.",
        "The last command writes every secret anew, so that those of before are encrypted too.",
        `Proved with the stand-in ${standIn}: which key it is decides nothing.`,
        "Updating the cluster to Kubernetes 1.28 or later mends it as well: EKS then encrypts all API data by default.",
      ],
    },
  };
};
