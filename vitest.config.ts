import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // One more than the cores of a small runner: tests often wait for programs that they started.
    maxWorkers: 3,
  },
});
