import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { writePlans } from "../../cli/fix-folder.ts";
import { checks } from "../../core/checks/index.ts";
import { propose } from "../../core/fix/propose.ts";
import { judgedOn } from "../../core/fix/prove.ts";
import { known } from "../../core/model/fact.ts";
import { aCluster, aService, readAt, withSettings } from "../support/cluster.ts";

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), "eks-perimeter-"));
const proposedFor = (name: string) => {
  const cluster = aCluster({ services: known([aService(name, { externalIPs: ["8.8.8.8"] })]) });
  const ground = { cluster, checks, settings: withSettings({}), readAt };
  const findings = judgedOn(ground).filter(({ check, status }) => check === "service-uses-no-external-ips" && status === "fail");
  return { cluster, proposals: propose(ground, findings) };
};

it("names of a cluster lead nowhere else", async () => {
  const parent = await folder();
  await writePlans(join(parent, "out"), [proposedFor("../../../$(id)\n'x'")], []);
  expect(await readdir(parent)).toEqual(["out"]);
  expect((await readdir(join(parent, "out"))).toSorted()).toEqual(["001-service-uses-no-external-ips-shop-.._.._.._id_x_", "fix.json"]);
});

it("writes nothing where it can't write all", async () => {
  const out = await folder();
  const whole = proposedFor("web");
  const broken = { ...whole, proposals: [...whole.proposals, { finding: whole.proposals[0]?.finding, state: "none" } as never] };
  await expect(writePlans(out, [broken], [])).rejects.toThrow(TypeError);
  expect(await readdir(out)).toEqual([]);
});
