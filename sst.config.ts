/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app: ({ stage }) => ({
    name: "eks-perimeter",
    home: "aws",
    removal: stage === "production" ? "retain" : "remove",
    protect: stage === "production",
    providers: { aws: "7.20.0" },
  }),
  async run() {
    await import("./infra/stage.ts");
    await import("./infra/storage.ts");
    const { discover, scan } = await import("./infra/functions.ts");
    await import("./infra/workflow.ts");
    await import("./infra/schedule.ts");
    await import("./infra/rescan.ts");
    await import("./infra/alarms.ts");
    return { HubRoleArns: $interpolate`${discover.nodes.role.arn},${scan.nodes.role.arn}` };
  },
});
