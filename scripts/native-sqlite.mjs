/**
 * Makes sure that the SQLite driver runs under this Node, and builds it where it must be built, which is Node 20 (docs/decisions/0001-sqlite-driver.md).
 * Every command that opens a database calls it first, because npm runs no install scripts here (.npmrc). That all is well is remembered in
 * node_modules for this Node and this installation. Ends the process with 1 and a sentence when there is no driver.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const node = process.versions.node;
const speaksNodeApi10 = Number(process.versions.napi) >= 10;
const modules = new URL('../node_modules/', import.meta.url);
const mark = new URL('.sqlite-driver', modules);

if (!isRemembered()) {
  if (!(speaksNodeApi10 && works('better-sqlite3-napi')) && !works('better-sqlite3')) makeDriver();
  remember();
}

function isRemembered() {
  try {
    return readFileSync(mark, 'utf8') === installation();
  } catch {
    return false;
  }
}

/** Changes with the Node and with every npm ci and npm install. */
function installation() {
  const installed = statSync(new URL('.package-lock.json', modules), { throwIfNoEntry: false })?.mtimeMs;
  return `${node} ${process.platform} ${process.arch} ${installed}\n`;
}

function remember() {
  try {
    writeFileSync(mark, installation());
  } catch {
    // A folder that cannot be written to, as in a container: the next command looks again.
  }
}

/** Opens a database in a child process, because a build for another Node can crash instead of throwing. */
function works(driver) {
  const probe = `const D=require(${JSON.stringify(driver)});new D(':memory:').close()`;
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  return spawnSync(process.execPath, ['-e', probe], { cwd, stdio: 'ignore' }).status === 0;
}

function makeDriver() {
  const driverFolder = findFolder('better-sqlite3');
  if (driverFolder === null) fail('The packages are not installed: run npm ci first.');
  if (speaksNodeApi10) {
    fail(
      findFolder('better-sqlite3-napi') === null
        ? `The packages were installed under another Node than this one, ${node}, or without optional packages: run npm ci again.`
        : `No prebuilt SQLite driver runs here, under Node ${node} on ${process.platform} ${process.arch}: use a system that better-sqlite3 has binaries for, such as Linux with glibc 2.34 or newer.`,
    );
  }
  console.error(
    `Building the SQLite driver for Node ${node}, for which there is no binary to download. This happens once and takes a minute or two …`,
  );
  const startedAt = performance.now();
  const output = [];
  if (!compile(driverFolder, output) || !works('better-sqlite3')) {
    console.error(output.join(''));
    fail(
      `The SQLite driver could not be built for Node ${node}. Install python3, make and a C++ compiler (on Debian: apt-get install python3 make g++), or use Node 22.14 or newer, which needs none of them.`,
    );
  }
  console.error(`The SQLite driver is built, after ${Math.round((performance.now() - startedAt) / 1_000)} s.`);
}

function findFolder(driver) {
  try {
    return dirname(require.resolve(`${driver}/package.json`));
  } catch {
    return null;
  }
}

function compile(cwd, output) {
  const succeeds = (command, args) => {
    const run = spawnSync(command, args, { cwd, encoding: 'utf8', shell: process.platform === 'win32' });
    output.push(run.stdout ?? '', run.stderr ?? '', run.error ? `${run.error.message}\n` : '');
    return run.status === 0;
  };
  // The one that npm brings along; there is none where this was not started by npm.
  const nodeGyp = process.env.npm_config_node_gyp;
  return nodeGyp
    ? succeeds(process.execPath, [nodeGyp, 'rebuild', '--release'])
    : succeeds('npx', ['--yes', 'node-gyp', 'rebuild', '--release']);
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
