import { defineConfig } from 'vitest/config';

/** The tests that mutants of the gate and the metrics are run against. */
export default defineConfig({
  test: {
    include: [
      'test/core/domain/gate/**/*.test.ts',
      'test/core/domain/metrics/**/*.test.ts',
      'test/core/domain/inference/**/*.test.ts',
      'test/core/domain/evaluation/**/*.test.ts',
    ],
  },
});
