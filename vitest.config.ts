import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // Much of the time is spent waiting for processes and clocks, so a worker for each of two cores is not too many.
    maxWorkers: 2,
    unstubGlobals: true,
  },
});
