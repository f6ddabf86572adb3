// @ts-nocheck: the types of Stryker's injector fit no factory that wraps another.
// Stryker's vitest runner asks for single tests by name, and joins the names of `describe` and `it` by a space. vitest 5 joins them
// in another way, so no test inside a `describe` would run and every mutant that it alone can tell would survive. This runner asks
// for all tests of the files that hold the tests that Stryker wants.
import { strykerPlugins as vitestPlugins } from "@stryker-mutator/vitest-runner";

const [{ kind, factory }] = vitestPlugins;

function createRunner(injector) {
  const runner = factory(injector);
  const runMutant = runner.mutantRun.bind(runner);
  const wholeFile = (testId) => `${testId.slice(0, testId.indexOf("#"))}#`;
  runner.mutantRun = ({ testFilter, ...options }) =>
    runMutant({ ...options, ...(testFilter === undefined ? {} : { testFilter: [...new Set(testFilter.map(wholeFile))] }) });
  return runner;
}
createRunner.inject = factory.inject;

export const strykerPlugins = [{ kind, name: "vitest-whole-files", factory: createRunner }];
