/**
 * Puts what `npm start` runs into one file. Most of a start is finding and reading several hundred modules one by one
 * (docs/decisions/0014-speed.md); this leaves those that must be files of their own: the SQLite drivers, which are
 * binaries, and pino, which loads parts of itself by path.
 */
import { build } from 'esbuild';

await build({
  entryPoints: ['dist/src/main.js'],
  outfile: 'dist/src/main.js',
  allowOverwrite: true,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  external: ['pino'],
  sourcemap: true,
  // Node keeps the text of what it runs in memory, and all of it twice as wide for a single character beyond Latin.
  charset: 'ascii',
  minifyWhitespace: true,
  // CommonJS packages inside an ES module still ask for Node's own modules by `require`.
  banner: {
    js: "import { createRequire as createBundleRequire } from 'node:module';\nconst require = createBundleRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
