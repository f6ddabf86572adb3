import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";

/** Runs, their evidence and reports, the state of findings, and the configuration: kept in versions, closed to the public, TLS only. */
export const store = new sst.aws.Bucket("Store", {
  versioning: true,
  cors: false,
  enforceHttps: true,
  lifecycle: [{ id: "runs", prefix: "runs/", expiresIn: "400 days" }],
});

/** The configuration of the folder that was deployed from; without one the defaults hold. */
const file = "eks-perimeter.config.yaml";
if (existsSync(file)) {
  new aws.s3.BucketObjectv2("Configuration", {
    bucket: store.name,
    key: "config.json",
    content: JSON.stringify(parse(readFileSync(file, "utf8"))),
  });
}
