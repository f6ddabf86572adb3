import fc from "fast-check";
import { expect, it } from "vitest";
import { metadataReach } from "../../../core/net/nodes/instance-metadata.ts";

it("pods are kept from it exactly where it is off, or a token is required that does not travel", () => {
  const options = fc.record({
    endpoint: fc.constantFrom("enabled", "disabled"),
    ipv6Endpoint: fc.constantFrom("enabled", "disabled"),
    tokens: fc.constantFrom("optional", "required"),
    hopLimit: fc.integer({ min: 1, max: 64 }),
  });
  fc.assert(
    fc.property(options, (drawn) => {
      const isKept = drawn.endpoint === "disabled" || (drawn.tokens === "required" && drawn.hopLimit === 1);
      const reach = metadataReach(drawn);
      expect(reach.state).toBe(isKept ? "blocked" : "reachable");
      if (reach.state === "reachable") {
        expect(reach.addresses).toEqual(drawn.ipv6Endpoint === "enabled" ? ["169.254.169.254", "fd00:ec2::254"] : ["169.254.169.254"]);
      }
    }),
  );
});
