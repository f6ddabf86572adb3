// A test that passes whatever the code does proves nothing. Mutation testing changes the code in small ways and asks whether any
// test notices; a change that survives marks a rule that nobody wrote down. It covers what judges, as a wrong verdict is the worst
// defect; what calls a plan proved, which somebody then carries out; and what calls a finding ended, which nobody looks at any more.
// An equivalent mutant is silenced on its line, with the reason: // Stryker disable next-line <mutator>: <reason>
export default {
  mutate: [
    "core/{net,checks}/**/*.ts",
    "core/{evaluate,waive,judge-manifests}.ts",
    "core/fix/{prove,propose,widened,cut,narrowed-rules,rule-ports}.ts",
    "core/fix/load-balancer/widened.ts",
    "core/publish/{completeness,finding-state,gone-clusters,changed,news}.ts",
    "core/publish/slack/resolved-since.ts",
  ],
  testRunner: "vitest-whole-files",
  vitest: { configFile: "vitest.config.ts", related: true },
  plugins: ["@stryker-mutator/vitest-runner", "./test/mutation/whole-files.mjs"],
  coverageAnalysis: "perTest",
  // Advice and explanations are prose; a test that repeats them proves nothing.
  mutator: { excludedMutations: ["StringLiteral"] },
  // Stryker would rewrite it by TypeScript's own API, which TypeScript 7 no longer has; vitest needs no tsconfig.
  tsconfigFile: "none",
  disableTypeChecks: false,
  ignorePatterns: ["out", ".sst", "test/e2e", "infra", "bench"],
  reporters: ["clear-text", "progress"],
  tempDirName: ".stryker-tmp",
  concurrency: 2,
};
