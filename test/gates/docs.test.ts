/** What people read is held to what there is: links, checks, commands and options. */
import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { program } from "../../cli/program.ts";
import { checkById, checks } from "../../core/checks/index.ts";
import { anchor } from "../../docs/markdown.ts";
import { filesIn, root, textOf } from "./source.ts";

const pages = filesIn("README.md", "docs/*.md", "docs/*/*.md");
const written = pages.filter((path) => !path.startsWith("docs/checks/"));

/** Fenced blocks, in which brackets and # mean something else. */
const fences = /^ *```(\w*)\n([\s\S]*?)^ *```$/gm;
const proseOf = (path: string): string => textOf(path).replaceAll(fences, "");
const spansOf = (path: string): readonly string[] => [...proseOf(path).matchAll(/`([^`\n]+)`/g)].map(([, text = ""]) => text);

function anchorsOf(path: string): ReadonlySet<string> {
  const found = new Map<string, number>();
  const anchors = [...proseOf(path).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) => {
    const slug = anchor(heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1"));
    const before = found.get(slug) ?? 0;
    found.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
  return new Set(anchors);
}

/** Where a link of a page leads, if it leads nowhere. */
function broken(page: string, target: string): string | undefined {
  if (/^[a-z]+:/.test(target)) return undefined;
  const [path = "", fragment] = target.split("#");
  const file = path === "" ? page : normalize(join(dirname(page), path));
  if (!existsSync(join(root, file))) return `${target}: there is no ${file}`;
  if (fragment === undefined || !file.endsWith(".md")) return undefined;
  return anchorsOf(file).has(fragment) ? undefined : `${target}: ${file} has no such heading`;
}

const linksOf = (path: string): readonly string[] => {
  const prose = proseOf(path).replaceAll(/`[^`\n]*`/g, "code");
  return [...prose.matchAll(/\]\(([^)\s]+)\)|<(?:img|source)\b[^>]*\bsrc(?:set)?="([^"]+)"/g)].map(
    ([, link, image]) => link ?? image ?? "",
  );
};

/** How ids of checks begin: what begins so and goes on is meant as one. */
const beginnings = new Set(checks.map(({ id }) => id.split("-", 1)[0]));
const isMeantAsCheck = (text: string): boolean => /^[a-z0-9]+(-[a-z0-9]+){2,}$/.test(text) && beginnings.has(text.split("-", 1)[0]);

const commands = program(() => Promise.resolve());

/** The command lines of this product in code spans and shell blocks, without what is before and after them. */
function commandLinesOf(path: string): readonly string[] {
  const blocks = [...textOf(path).matchAll(fences)].flatMap(([, language, text = ""]) =>
    language === "sh" ? text.replaceAll(/\\\n\s*/g, "").split("\n") : [],
  );
  const names = commands.commands.map((command) => command.name()).join("|");
  return [...blocks, ...spansOf(path)].flatMap((text) => {
    const line = /\bnpx eks-perimeter ([^|>;#]*)/.exec(text)?.[1] ?? new RegExp(`^((?:${names}) --[^|>;#]*)`).exec(text)?.[1];
    return line === undefined ? [] : [line.trim()];
  });
}

/** What of a command line is no command and no option; values are not looked at. */
function misused(line: string): readonly string[] {
  const words = line.split(/\s+/);
  let command: Command = commands;
  while (words[0] !== undefined && command.commands.length > 0 && !words[0].startsWith("-")) {
    const name = words.shift() ?? "";
    const next = command.commands.find((one) => one.name() === name);
    if (next === undefined) return [`${line}: there is no command ${name}`];
    command = next;
  }
  const known = new Set([...command.options, ...commands.options].map(({ long }) => long));
  return words
    .filter((word) => word.startsWith("--"))
    .map((word) => word.split("=", 1)[0] ?? "")
    .filter((word) => word !== "--help" && !known.has(word))
    .map((word) => `${line}: ${command.name()} has no option ${word}`);
}

describe.each(pages)("%s", (page) => {
  it("links to files and headings that exist", () => {
    expect(linksOf(page).flatMap((target) => broken(page, target) ?? [])).toEqual([]);
  });

  it("names checks that exist", () => {
    expect(spansOf(page).filter((text) => isMeantAsCheck(text) && checkById(text) === undefined)).toEqual([]);
  });
});

describe.each(written)("%s", (page) => {
  it("names commands and options that exist", () => {
    expect(commandLinesOf(page).flatMap(misused)).toEqual([]);
  });
});

it("every command is told of", () => {
  const told = written.flatMap((page) => commandLinesOf(page).map((line) => line.split(/\s/, 1)[0]));
  expect(commands.commands.map((command) => command.name()).filter((name) => name !== "demo" && !told.includes(name))).toEqual([]);
});

it("the README is led to every page that is written by hand", () => {
  const led = new Set(linksOf("README.md").map((target) => normalize(target.split("#", 1)[0] ?? "")));
  expect(written.filter((page) => page !== "README.md" && !led.has(page))).toEqual([]);
});

it("the architecture shows every room of core", () => {
  const shown = new Set([...textOf("docs/architecture.md").matchAll(/^ {2}([a-z]+)\["/gm)].map(([, room = ""]) => room));
  const rooms = new Set(filesIn("core/*/**/*.ts").map((path) => path.split("/")[1] ?? ""));
  expect([...rooms].filter((room) => !shown.has(room))).toEqual([]);
});

it("each wrong assumption names its source, and a check", () => {
  const [prose = ""] = textOf("docs/faq.md").split("## Advice");
  const entries = prose.split("\n### ").slice(1);
  expect(entries.length).toBeGreaterThan(30);
  expect(entries.filter((entry) => !/^Source: .*\(checks\/[a-z-]+\.md\)/m.test(entry)).map((entry) => entry.split("\n", 1)[0])).toEqual([]);
});

it("the operating guide names every alarm, and no other", () => {
  const source = textOf("infra/alarms.ts");
  const never = source.slice(source.indexOf("const never"), source.indexOf("const notify"));
  const declared = [
    ...[...never.matchAll(/^ {2}"?([a-z-]+)"?: \{$/gm)].map(([, name = ""]) => name),
    ...[...source.matchAll(/\bname: named\("([a-z-]+)"\)/g)].map(([, name = ""]) => name),
  ];
  const [, alarms = ""] = textOf("docs/operating.md").split("## Alarms");
  const named = [...(alarms.split("\n## ")[0] ?? "").matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name = ""]) => name);
  expect(named.toSorted()).toEqual(declared.toSorted());
});
