import { configuration } from "./configuration.ts";

/** Runs, their evidence and reports, the state of findings, and the configuration: kept in versions, closed to the public, TLS only. */
export const store = new sst.aws.Bucket("Store", {
  versioning: true,
  cors: false,
  enforceHttps: true,
  transform: {
    bucket: { forceDestroy: $app.stage !== "production" },
    publicAccessBlock: { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
  },
});

/** S3's own keys, declared and not left to its default. */
new aws.s3.BucketServerSideEncryptionConfiguration("StoreEncryption", {
  bucket: store.name,
  rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
});

/**
 * Reports are what auditors ask for: kept for more than a year. Evidence is large, and serves to judge again what was read lately.
 * The state of findings never expires, as the age of every finding is in it; no longer than a quarter does what it was before.
 */
new aws.s3.BucketLifecycleConfiguration("StoreLife", {
  bucket: store.name,
  rules: [
    { id: "runs", status: "Enabled", filter: { prefix: "runs/" }, expiration: { days: 400 } },
    { id: "evidence", status: "Enabled", filter: { prefix: "evidence/" }, expiration: { days: 90 } },
    {
      id: "former-versions",
      status: "Enabled",
      filter: { prefix: "" },
      noncurrentVersionExpiration: { noncurrentDays: 90 },
      expiration: { expiredObjectDeleteMarker: true },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
    },
  ],
});

if (configuration !== undefined) {
  new aws.s3.BucketObjectv2("Configuration", { bucket: store.name, key: "config.json", content: JSON.stringify(configuration) });
}
