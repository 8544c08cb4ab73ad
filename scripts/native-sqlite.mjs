// Makes one working build of the SQLite driver, whatever Node this is. Why two builds exist: docs/decisions/0001-sqlite-driver.md
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

const require = createRequire(import.meta.url);

/** Opens a database in a child process, because a build for another Node crashes instead of throwing. */
function works(driver) {
  const probe = `const D=require(${JSON.stringify(driver)});new D(':memory:').close()`;
  return spawnSync(process.execPath, ['-e', probe], { stdio: 'ignore' }).status === 0;
}

const speaksNodeApi10 = Number(process.versions.napi) >= 10;
if ((speaksNodeApi10 && works('better-sqlite3-napi')) || works('better-sqlite3')) process.exit(0);

const driverFolder = dirname(require.resolve('better-sqlite3/package.json'));
let output = '';

function succeeds(command, args) {
  const run = spawnSync(command, args, {
    cwd: driverFolder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  output += `${run.stdout ?? ''}${run.stderr ?? ''}${run.error ? `${run.error.message}\n` : ''}`;
  return run.status === 0;
}

const nodeGyp = process.env.npm_config_node_gyp;
const built =
  succeeds(process.execPath, [require.resolve('prebuild-install/bin.js', { paths: [driverFolder] })]) ||
  (nodeGyp
    ? succeeds(process.execPath, [nodeGyp, 'rebuild', '--release'])
    : succeeds('npx', ['node-gyp', 'rebuild', '--release']));

if (!built || !works('better-sqlite3')) {
  console.error(output);
  console.error(
    'The SQLite driver could not be built for Node ' +
      process.versions.node +
      '. It needs python3, make and a C++ compiler (on Debian: apt-get install python3 make g++), or Node 22.14 or newer, which needs none of them.',
  );
  process.exit(1);
}
