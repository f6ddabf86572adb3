import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

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

/**
 * Ways to credentials that only a person's machine has: profiles, SSO, login, a token file. Lambda puts a function's credentials
 * into its environment, so these would be 100 KB that is never run.
 *
 * @type {import("esbuild").Plugin}
 */
const environmentCredentials = {
  name: "environment-credentials",
  setup(build) {
    const namespace = "absent-credentials";
    build.onResolve({ filter: /^@aws-sdk\/credential-provider-(sso|ini|process|web-identity|login)$/ }, ({ path, resolveDir }) => ({
      path,
      namespace,
      pluginData: resolveDir,
    }));
    build.onLoad({ filter: /./, namespace }, ({ pluginData: resolveDir }) => ({
      resolveDir,
      contents: `
        import { CredentialsProviderError } from "@smithy/core/config";
        const absent = () => async () => {
          throw new CredentialsProviderError("A function takes its credentials from its environment.", { tryNextLink: true });
        };
        export { absent as fromSSO, absent as fromIni, absent as fromProcess, absent as fromTokenFile, absent as fromLoginCredentials };
      `,
    }));
  },
};

/**
 * The yaml package gives Node its CommonJS build, which is taken whole; of the same release as ES modules only what is called stays.
 *
 * @type {import("esbuild").Plugin}
 */
const yamlModules = {
  name: "yaml-modules",
  setup(build) {
    build.onResolve({ filter: /^yaml$/ }, async ({ resolveDir, kind }) => {
      const { path } = await build.resolve("yaml/package.json", { resolveDir, kind });
      return { path: join(dirname(path), "browser/dist/index.js") };
    });
  },
};

export default [writtenOutKeys, environmentCredentials, yamlModules];
