import { build } from "esbuild";
import plugins from "./esbuild-plugins.mjs";

/** What of CommonJS an ES module lacks, as SST puts it before each bundle. */
const commonJs = `
import { createRequire as topLevelCreateRequire } from "node:module";
import { fileURLToPath as topLevelFileUrlToPath } from "node:url";
const require = topLevelCreateRequire(import.meta.url);
const __filename = topLevelFileUrlToPath(import.meta.url);
const __dirname = topLevelFileUrlToPath(new URL(".", import.meta.url));
`;

/**
 * The bundle of one function as the deployment makes it, for the benchmark and for tests.
 * Source of the options: sst 4.17.1, pkg/runtime/node/build.go, with `nodejs` of infra/functions.ts.
 *
 * @param name of the file in functions/, without its ending
 */
export async function bundled(name: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [`functions/${name}.ts`],
    bundle: true,
    minify: true,
    keepNames: true,
    platform: "node",
    target: "esnext",
    format: "esm",
    mainFields: ["module", "main"],
    banner: { js: commonJs },
    plugins,
    outfile: `${name}.mjs`,
    write: false,
  });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error(`esbuild wrote no bundle for ${name}`);
  return bundle.contents;
}
