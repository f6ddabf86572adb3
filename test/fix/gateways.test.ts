import { describe, expect, it } from "vitest";
import { configureGateway } from "../../core/fix/load-balancer/gateway-configuration.ts";
import { known } from "../../core/model/fact.ts";
import type { LoadBalancerConfiguration } from "../../core/model/gateway.ts";
import { aCluster } from "../support/cluster.ts";
import { aGateway, aGatewayClass } from "../support/gateway-plane.ts";

const gateway = aGateway("web", { namespace: "shop", className: "alb" });
const factsWith = (...configurations: readonly LoadBalancerConfiguration[]) =>
  aCluster({ gatewayClasses: known([aGatewayClass("alb")]), loadBalancerConfigurations: known(configurations) }).facts;

describe("a Gateway without a configuration", () => {
  it("gets one of its own name", () => {
    const other = { namespace: "other", name: "web", uid: "u-1" };
    expect(configureGateway(factsWith(other), gateway, { scheme: "internal" })).toMatchObject([
      { manifests: [{ kind: "LoadBalancerConfiguration", metadata: { name: "web", namespace: "shop" } }] },
    ]);
  });

  it("gets none where somebody else's is called so: to apply would change that", () => {
    const taken = { namespace: "shop", name: "web", uid: "u-1" };
    expect(configureGateway(factsWith(taken), gateway, { scheme: "internal" })).toMatchObject({
      none: expect.stringContaining("is there already"),
    });
  });
});
