import { defineConfig } from 'vitest/config';

const shared = {
  testTimeout: 40_000,
  hookTimeout: 40_000,
  setupFiles: ['test/support/show-processes.ts'],
  unstubGlobals: true,
  isolate: false,
};

export default defineConfig({
  test: {
    globalSetup: ['test/support/bundle-programs.ts'],
    // Much of the time is spent waiting for processes and clocks, so three workers are not too many for two cores.
    maxWorkers: 3,
    projects: [
      { test: { ...shared, name: 'short', include: ['test/**/*.test.ts'], exclude: ['test/long/**'] } },
      { test: { ...shared, name: 'long', include: ['test/long/**/*.test.ts'] } },
    ],
  },
});
