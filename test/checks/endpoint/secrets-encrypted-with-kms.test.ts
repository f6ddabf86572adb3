import { expect, it } from "vitest";
import { secretsEncryptedWithKms } from "../../../core/checks/endpoint/secrets-encrypted-with-kms.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import { aCluster, aVersion, judged } from "../../support/cluster.ts";

const keyArn = "arn:aws:kms:eu-west-1:111122223333:key/1a2b3c4d";
const own = known({ keyArn });
const none = known({});
const denied = unknown("forbidden", "eks:DescribeCluster is denied.");

it.each([
  ["pass: an own key", own, "1.36", "pass", { encryption: "own-key", keyArn }],
  ["pass: an own key on an old version", own, "1.27", "pass", { encryption: "own-key", keyArn }],
  ["pass: 1.28 encrypts by default", none, "1.28", "pass", { encryption: "default-envelope-encryption", kubernetesVersion: "1.28" }],
  ["pass: so does 1.100, which is no decimal", none, "1.100", "pass", { encryption: "default-envelope-encryption" }],
  ["fail: no key on 1.27", none, "1.27", "fail", { encryption: "none", kubernetesVersion: "1.27" }],
  ["fail: no key on 1.9, which is no decimal", none, "1.9", "fail", { encryption: "none", kubernetesVersion: "1.9" }],
] as const)("%s", (_rule, secretsEncryption, version, status, evidence) => {
  const cluster = aCluster({ secretsEncryption, version: known(aVersion(version)) });
  expect(judged(secretsEncryptedWithKms, cluster)).toMatchObject([{ status, evidence }]);
});

it.each([
  ["unknown: encryption could not be read", { secretsEncryption: denied, version: known(aVersion("1.36")) }, "forbidden"],
  ["unknown: no own key, and the version could not be read", { secretsEncryption: none, version: denied }, "depends-on-unknown"],
  ["unknown: no own key, and the version is no version", { secretsEncryption: none, version: known(aVersion("v1.36.2")) }, "malformed"],
] as const)("%s", (_rule, facts, code) => {
  expect(judged(secretsEncryptedWithKms, aCluster(facts))).toMatchObject([{ status: "unknown", reason: { code } }]);
});

const cis = "cis-eks-1.7.0/5.3.1";
it.each([
  ["answers CIS: an own key", own, "1.36", true],
  ["does not: a pass by the default encryption, whose key is AWS's", none, "1.36", false],
  ["answers CIS: a fail, for no key at all is no own key", none, "1.27", true],
] as const)("%s", (_rule, secretsEncryption, version, answers) => {
  const [finding] = judged(secretsEncryptedWithKms, aCluster({ secretsEncryption, version: known(aVersion(version)) }));
  expect(finding?.frameworks.includes(cis)).toBe(answers);
  expect(finding?.frameworks).toContain("aws-fsbp-1.0.0/EKS.3");
});

it("pass: an own key needs no version", () => {
  expect(judged(secretsEncryptedWithKms, aCluster({ secretsEncryption: own }))).toMatchObject([{ status: "pass" }]);
});

it("the remedy is this cluster's command, but for the key", () => {
  const cluster = aCluster({ secretsEncryption: none, version: known(aVersion("1.27")) });
  expect(judged(secretsEncryptedWithKms, cluster)[0]?.remediation?.commands).toEqual([
    `aws eks associate-encryption-config --cluster-name prod --region eu-west-1 --encryption-config '[{"resources":["secrets"],"provider":{"keyArn":"<ARN of your KMS key>"}}]'`,
  ]);
});
