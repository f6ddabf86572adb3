import { readFile } from "node:fs/promises";

/**
 * The AWS SDK's schemas write constant keys as computed ones (`[_hE]: …`). Computing a key might have an effect, so that esbuild
 * keeps the schemas of every operation there is: 550 KB of EC2 alone. Written out, only those of operations that are called stay.
 *
 * @type {import("esbuild").Plugin}
 */
const writtenOutKeys = {
  name: "written-out-keys",
  setup(build) {
    build.onLoad({ filter: /[\\/]@aws-sdk[\\/]client-[\w-]+[\\/]dist-es[\\/]schemas[\\/]\w+\.js$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const constants = new Map([...source.matchAll(/^const (_\w+) = ("[^"\\]*");$/gm)].map(([, name, text]) => [name, text]));
      return {
        loader: "js",
        contents: source.replaceAll(/\[(_\w+)\]:/g, (key, name) => (constants.has(name) ? `${constants.get(name)}:` : key)),
      };
    });
  },
};

export default [writtenOutKeys];
