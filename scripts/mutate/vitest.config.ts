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
    // Sums of many random rows take seconds and reach every line, for each mutant again: what they hold of the metrics
    // others hold in less.
    exclude: ['test/core/domain/evaluation/summed/**'],
  },
});
