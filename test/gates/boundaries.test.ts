import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { checks } from "../../core/checks/index.ts";
import { filesIn, importsOf, textOf } from "./source.ts";

/** A room, and the rooms that it may import beside itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  "core/model": [],
  "core/net": ["core/model"],
  "core/collect": ["core/model"],
  "core/checks": ["core/model", "core/net"],
  "core/doctor": ["core/model"],
  "core/frameworks": [],
  "core/report": ["core/model", "core/net", "core/checks", "core/frameworks"],
  "core/publish": ["core/model", "core/net", "core/checks", "core/frameworks", "core/report"],
  "core/fix": ["core/model", "core/net", "core/collect", "core/checks", "core/report"],
  sandbox: ["core/model"],
};

const roomOf = (path: string): string => {
  const [first = "", second = ""] = path.split("/");
  return first === "core" && !second.endsWith(".ts") ? `core/${second}` : first;
};
/** The files of the project that a file imports. */
const reached = (path: string): readonly string[] =>
  importsOf(path)
    .filter((module) => module.startsWith("."))
    .map((module) => join(dirname(path), module));

const typescript = ["core/**/*.ts", "cli/**/*.ts", "functions/**/*.ts", "sandbox/**/*.ts", "infra/**/*.ts", "docs/**/*.ts"];

it.each(Object.entries(mayImport))("%s imports no room but itself and %j", (room, others) => {
  const files = filesIn(`${room}/**/*.ts`);
  expect(files.length).toBeGreaterThan(0);
  const strangers = files.flatMap((file) =>
    reached(file)
      .filter((target) => roomOf(target) !== room && !others.includes(roomOf(target)))
      .map((target) => `${file} -> ${target}`),
  );
  expect(strangers.filter((arrow) => !isAllowed(arrow))).toEqual([]);
});

/** One file beside the rooms, which every stage may name. */
const isAllowed = (arrow: string): boolean =>
  arrow.endsWith("-> core/version.ts") || (/^core\/(?:re|fix)/.test(arrow) && arrow.endsWith("-> core/evaluate.ts"));

it("what judges imports nothing that reads or writes", () => {
  const pure = [
    ...filesIn("core/{model,net,checks,doctor,frameworks}/**/*.ts"),
    "core/evaluate.ts",
    "core/judge-manifests.ts",
    "core/waive.ts",
  ];
  const impure = /^(?:@aws-sdk|@smithy|node:(?!crypto$))/;
  expect(
    pure.flatMap((file) =>
      importsOf(file)
        .filter((module) => impure.test(module))
        .map((module) => `${file} -> ${module}`),
    ),
  ).toEqual([]);
  const stages = pure.flatMap((file) => reached(file).filter((target) => /^core\/(?:collect|report|publish)\//.test(target)));
  expect(stages).toEqual([]);
});

it("what judges asks no clock, no chance and no environment", () => {
  const ambient = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.|\bglobalThis\b|\bfetch\(/;
  const pure = [
    ...filesIn("core/{model,net,checks,doctor,frameworks,fix}/**/*.ts"),
    "core/evaluate.ts",
    "core/judge-manifests.ts",
    "core/waive.ts",
  ];
  expect(pure.filter((file) => ambient.test(textOf(file)))).toEqual([]);
});

it("a fix takes nothing from what collects but the reader of manifests, and from what is reported but words", () => {
  const taken = filesIn("core/fix/**/*.ts").flatMap((file) => reached(file).filter((target) => /^core\/(?:collect|report)\//.test(target)));
  expect(new Set(taken)).toEqual(
    new Set(["core/collect/manifests/read.ts", "core/report/connectivity-text.ts", "core/report/plain-text.ts"]),
  );
});

const deployed = new Set(filesIn("functions/**/*.ts"));
for (const file of deployed) for (const target of reached(file)) deployed.add(target); // a set hands out what is added on the way

it("nothing that is deployed comes to a fix", () => {
  expect([...deployed].filter((file) => file.startsWith("core/fix/"))).toEqual([]);
});

it("nothing that is deployed comes to the builders of formats that only files are written in", () => {
  const builders = ["node-sarif-builder", "junit-report-builder"];
  const users = (files: Iterable<string>) => [...files].filter((file) => importsOf(file).some((module) => builders.includes(module)));
  expect(users(filesIn("core/report/**/*.ts"))).toEqual(["core/report/junit.ts", "core/report/sarif.ts"]);
  expect(users(deployed)).toEqual([]);
});

it("the table of reads is data: it imports types of the model alone", () => {
  const lines = textOf("core/collect/reads.ts")
    .split("\n")
    .filter((line) => line.startsWith("import"));
  expect(lines.filter((line) => !/^import type .* from "\.\.\/model\//.test(line))).toEqual([]);
});

it("a check imports no other check", () => {
  const own = new Set(checks.map(({ surface, id }) => `core/checks/${surface}/${id}.ts`));
  const borrowed = [...own].flatMap((file) =>
    reached(file)
      .filter((target) => own.has(target))
      .map((target) => `${file} -> ${target}`),
  );
  expect(borrowed).toEqual([]);
});

it("shared code names no check: a check declares a property instead", () => {
  const shared = filesIn("core/**/*.ts").filter((path) => !/^core\/(?:checks|frameworks|fix\/(?:index|.*\/))/.test(path));
  expect(shared.length).toBeGreaterThan(10);
  const named = shared.flatMap((path) => {
    const literals = [...textOf(path).matchAll(/["'`]([a-z0-9-]+)["'`]/g)].map(([, text]) => text);
    const comments = new Set(
      [...textOf(path).matchAll(/^\s*(?:\/?\*|\/\/).*$/gm)].flatMap(([line]) => [...line.matchAll(/`([a-z0-9-]+)`/g)].map(([, id]) => id)),
    );
    return checks.filter(({ id }) => literals.includes(id) && !comments.has(id)).map(({ id }) => `${path} names ${id}`);
  });
  expect(named).toEqual([]);
});

it("nothing but tests imports a test", () => {
  expect(filesIn(...typescript).filter((file) => reached(file).some((target) => target.startsWith("test/")))).toEqual([]);
});

it("nothing that is deployed can create an access entry: no function comes to the file that does", () => {
  const files = new Set(filesIn("functions/**/*.ts"));
  for (const file of files) for (const target of reached(file)) files.add(target); // a set hands out what is added on the way
  expect(files).toContain("core/publish/security-hub.ts");
  expect(files).not.toContain("core/publish/access-entries.ts");
  const named = filesIn("{core,functions,cli}/**/*.ts").filter((file) => textOf(file).includes("CreateAccessEntryCommand"));
  expect(named).toEqual(["core/publish/access-entries.ts"]);
});

it("infra takes nothing from core but the table of reads and the schema of the configuration", () => {
  const taken = filesIn("infra/**/*.ts").flatMap((file) => reached(file).filter((target) => target.startsWith("core/")));
  expect(new Set(taken)).toEqual(new Set(["core/collect/reads.ts", "core/config.ts"]));
});

it("imports are seen, however they are written", () => {
  expect(importsOf("test/gates/boundaries.test.ts")).toContain("./source.ts");
  expect(importsOf("core/checks/index.ts")).toContain("../model/check.ts");
  expect(reached("core/checks/index.ts")).toContain("core/model/check.ts");
});
