import { join } from "node:path";
import { buildSync } from "esbuild";

const entry = join(import.meta.dirname, "../core/report/html/browser/main.ts");

/** `core/report/html/script.ts`: the script of the report's page, built from core/report/html/browser as one text. */
export function pageScript(): string {
  const { outputFiles } = buildSync({
    entryPoints: [entry],
    bundle: true,
    format: "iife",
    target: ["chrome109", "firefox115", "safari16"],
    charset: "ascii",
    legalComments: "none",
    minifyWhitespace: true,
    minifySyntax: true,
    write: false,
  });
  const text = outputFiles[0]?.text.trim() ?? "";
  return `/** Made by \`npm run docs\` from core/report/html/browser: the one script of the report's page. */\nexport const script =\n  ${JSON.stringify(text)};\n`;
}
