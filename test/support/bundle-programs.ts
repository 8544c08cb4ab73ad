import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { build } from 'esbuild';

import { bundleName, PROGRAMS } from './programs.ts';

const root = new URL('../../', import.meta.url).pathname;

/**
 * Bundles the programs once for a whole run of the tests: compiling them at each start, and finding several hundred
 * modules, takes longer than most tests that start one. Like `dist/src`, the folder stands two levels below package.json.
 */
export async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(root, 'node_modules', '.test-programs-'));
  await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(PROGRAMS.map((program) => [bundleName(program), program])),
    outdir: join(folder, 'programs'),
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    external: ['pino'],
    sourcemap: true,
    // As in scripts/build.mjs: errors are called by their classes in the log.
    keepNames: true,
    // As there: CommonJS packages inside an ES module still ask for Node's own modules by `require`.
    banner: {
      js: "import { createRequire as createBundleRequire } from 'node:module';\nconst require = createBundleRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  process.env['TEST_PROGRAMS'] = folder;
  return () => rm(folder, { recursive: true });
}
