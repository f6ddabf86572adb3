import { defineConfig } from "vitest/config";

/** `npm test`: everything that needs nothing but npm. What runs against other people's software is in test/e2e. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/e2e/**"],
    testTimeout: 30_000, // generous, as nothing is timed: a loaded machine is no defect
  },
});
