/** What holds for every function of the stage. Evaluated before the first one is declared. */

/**
 * SST lets a function's role be assumed by anyone in its account who may call sts:AssumeRole
 * (sst 4.17.1, platform/src/components/aws/function.ts: `!dev` of an Output is never true). Here only Lambda may.
 */
$transform(sst.aws.Function, (args) => {
  const given = args.transform?.role;
  args.transform = {
    ...args.transform,
    role: (role, options, name) => {
      if (typeof given === "function") given(role, options, name);
      else Object.assign(role, given);
      role.assumeRolePolicy = JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
      });
    },
  };
});

/** Where this stage is deployed. */
export const account = aws.getCallerIdentityOutput().accountId;
export const partition = aws.getPartitionOutput().partition;
export const region = aws.getRegionOutput().region;

/** The name under which AWS shows a resource of this stage. */
export const named = (name: string): string => `${$app.name}-${$app.stage}-${name}`;
