/**
 * Builds what runs without the development packages: one file for each of the operator's commands, in dist/src. Most of a start is finding and reading
 * several hundred modules one by one (docs/decisions/0014-speed.md); this leaves those that must be files of their own: the SQLite drivers,
 * which are binaries, and pino, which loads parts of itself by path. Types are `npm run lint`'s business: checking them needs more memory than a small machine has.
 *
 * Builds nothing when nothing has changed since the last time, unless `--anew` is given. Where there are no sources, as in the image, it only looks
 * whether there is a build.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const SOURCE_OF = {
  main: 'src/main.ts',
  migrate: 'src/operator/migrate.ts',
  check: 'src/operator/check.ts',
  backup: 'src/operator/backup.ts',
};
const COMMANDS = Object.keys(SOURCE_OF);
const SOURCES = ['src', 'migrations', 'scripts/build.mjs', 'tsconfig.json', 'package-lock.json'];
/** The sources that dist/src was made from, as one number. */
const STAMP = 'dist/built-from';

if (!existsSync('src')) {
  if (!isComplete())
    fail('There is no build in dist/, and no sources to make it from: copy dist/ from where it was built.');
} else if (process.argv.includes('--anew') || !isComplete() || builtFrom() !== stampOfSources()) {
  await bundle(await loadBundler());
}

function isComplete() {
  return COMMANDS.every((command) => existsSync(`dist/src/${command}.js`));
}

function builtFrom() {
  return existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : null;
}

function stampOfSources() {
  const hash = createHash('sha256');
  for (const path of SOURCES.flatMap(filesUnder)) hash.update(`${path}\0`).update(readFileSync(path)).update('\0');
  return hash.digest('hex');
}

function filesUnder(path) {
  if (/\.\w+$/.test(path)) return [path];
  const entries = readdirSync(path, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath ?? entry.path, entry.name)).toSorted();
}

async function loadBundler() {
  try {
    return await import('esbuild');
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    fail(
      `${isComplete() ? 'dist/ was built from other sources' : 'Nothing is built yet'}, and the development packages are not installed: run npm ci && npm run build.`,
    );
  }
}

async function bundle({ build }) {
  const stamp = stampOfSources();
  rmSync(STAMP, { force: true });
  await build({
    entryPoints: SOURCE_OF,
    outdir: 'dist/src',
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    external: ['pino'],
    sourcemap: true,
    // Node keeps the text of what it runs in memory, and all of it twice as wide for a single character beyond Latin.
    charset: 'ascii',
    minifyWhitespace: true,
    // Two packages may have a class of one name each; the log must call both by it.
    keepNames: true,
    // CommonJS packages inside an ES module still ask for Node's own modules by `require`.
    banner: {
      js: "import { createRequire as createBundleRequire } from 'node:module';\nconst require = createBundleRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  writeFileSync(STAMP, stamp);
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
