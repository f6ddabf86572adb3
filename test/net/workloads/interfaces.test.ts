import fc from "fast-check";
import { expect, it } from "vitest";
import { known, unknown } from "../../../core/model/fact.ts";
import { type InterfaceOf, interfacesByAddress } from "../../../core/net/workloads/interfaces.ts";
import { anEni } from "../../support/vpc.ts";

const interfaces = [
  anEni("eni-1", { privateIpv4: ["10.0.1.4", "10.0.1.5"], ipv6: ["2001:db8::4"] }),
  anEni("eni-2", { privateIpv4: ["10.0.1.6", "10.0.1.64/28"], ipv6: ["2001:db8:0:0:1::/80"] }),
  anEni("eni-3", { privateIpv4: ["10.0.1.96/28"] }),
];
const index = interfacesByAddress(known(interfaces));
const interfaceOf: InterfaceOf = index.state === "known" ? index.value : () => undefined;

it.each([
  ["a primary address", "10.0.1.4", "eni-1"],
  ["a secondary address", "10.0.1.5", "eni-1"],
  ["IPv6, however it is written", "2001:0DB8:0::0004", "eni-1"],
  ["the first of a delegated prefix", "10.0.1.64", "eni-2"],
  ["the last of a delegated prefix", "10.0.1.79", "eni-2"],
  ["between two prefixes", "10.0.1.80", undefined],
  ["before all prefixes", "10.0.1.63", undefined],
  ["behind all prefixes", "10.0.1.112", undefined],
  ["an IPv6 prefix", "2001:db8:0:0:1::7", "eni-2"],
  ["another network's", "192.168.0.4", undefined],
  ["no address at all", "not-an-address", undefined],
  ["nothing", "", undefined],
])("%s", (_rule, address, id) => {
  expect(interfaceOf(address)?.id).toBe(id);
});

it("interfaces that were not read are no interfaces that are not there", () => {
  expect(interfacesByAddress(unknown("forbidden", "No access."))).toMatchObject({ state: "unknown", reason: { code: "forbidden" } });
});

it("an address is on the interface whose prefix holds it, in whatever order they were listed", () => {
  const blocks = fc.uniqueArray(fc.integer({ min: 0, max: 4095 }), { maxLength: 30 });
  fc.assert(
    fc.property(blocks, fc.integer({ min: 0, max: 65535 }), (drawn, host) => {
      const text = (offset: number) => `10.9.${offset >> 8}.${offset & 255}`;
      const listed = interfacesByAddress(known(drawn.map((block) => anEni(`eni-${block}`, { privateIpv4: [`${text(block * 16)}/28`] }))));
      const found = listed.state === "known" ? listed.value(text(host))?.id : "unread";
      const block = host >> 4;
      expect(found).toBe(drawn.includes(block) ? `eni-${block}` : undefined);
    }),
  );
});
