/**
 * `npm run try-nodes [-- 20 24 …]`: installs and starts a fresh copy of this folder under each Node with the npm that it ships, with and without a
 * compiler, and prints a table. Ends with 1 when anything is not as docs/decisions/0001-sqlite-driver.md promises.
 *
 * Each Node comes from its package on the npm registry, so none has to be installed before; Linux only.
 */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Which npm comes with which Node: the last "upgrade npm" in each one's CHANGELOG.md. The last line is an npm that people put in its place. Node 20
 * has no binary of the driver, so it must compile.
 */
const NODES = [
  { node: '20.20.2', npm: '10.8.2', compiles: true },
  { node: '22.23.3', npm: '10.9.9', compiles: false },
  { node: '24.21.0', npm: '11.19.0', compiles: false },
  { node: '26.10.0', npm: '11.19.1', compiles: false },
  { node: '26.10.0', npm: '12.2.0', compiles: false },
];
const COMPILER = /^(python|pypy|g?make$|cc$|c\+\+|c89|c99|gcc|g\+\+|clang|.*-linux-gnu-(gcc|g\+\+|cpp))/;
const OTHER_NODES = /^(node|nodejs|npm|npx|corepack)$/;
const LONGEST_MS = 600_000;
const WHAT_TO_INSTALL = 'Install python3, make and a C++ compiler';

const root = fileURLToPath(new URL('..', import.meta.url));
const wanted = process.argv.slice(2);
const chosen = NODES.filter(({ node }) => wanted.length === 0 || wanted.includes(node.split('.')[0]));
const folder = mkdtempSync(join(tmpdir(), 'try-nodes-'));
const rows = [];
let asPromised = true;
try {
  const tools = { yes: linkTools('tools', OTHER_NODES), no: linkTools('tools-without-compiler', COMPILER) };
  for (const runtime of chosen) runtime.bin = installRuntime(runtime);
  for (const runtime of chosen) for (const compiler of ['yes', 'no']) await tryOne(runtime, compiler, tools);
  const [old, newer] = ['20', '24'].map((major) => chosen.find(({ node }) => node.startsWith(`${major}.`)));
  if (old !== undefined && newer !== undefined) {
    await tryAnother(old, newer, tools.yes);
    await tryAnother(newer, old, tools.yes);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const columns = [
  'Node',
  'npm',
  'compiler',
  'npm ci',
  'npm test, two files',
  'npm run demo',
  'npm run migrate',
  'npm start',
];
console.log([columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n'));
process.exitCode = asPromised ? 0 : 1;

/** A folder with everything that is on the PATH, but for some names and other Nodes. */
function linkTools(name, unwanted) {
  const place = join(folder, name);
  mkdirSync(place);
  for (const from of (process.env.PATH ?? '').split(delimiter).filter((path) => existsSync(path)))
    for (const tool of readdirSync(from)) {
      const link = join(place, tool);
      if (unwanted.test(tool) || OTHER_NODES.test(tool) || existsSync(link)) continue;
      try {
        symlinkSync(join(from, tool), link);
      } catch {
        // A link of this name that leads nowhere: the first on the PATH stays.
      }
    }
  return place;
}

/** The folder with node, npm and npx of one Node. */
function installRuntime({ node, npm }) {
  const place = join(folder, `node-${node}-npm-${npm}`);
  const bin = join(place, 'bin');
  mkdirSync(bin, { recursive: true });
  const platform = `node-${process.platform}-${process.arch}`;
  const packages = [`${platform}@${node}`, `npm@${npm}`];
  execFileSync('npm', ['install', '--prefix', place, '--no-save', '--ignore-scripts', '--silent', ...packages], {
    cwd: place,
  });
  symlinkSync(join(place, 'node_modules', platform, 'bin/node'), join(bin, 'node'));
  for (const cli of ['npm', 'npx']) symlinkSync(join(place, 'node_modules/npm/bin', `${cli}-cli.js`), join(bin, cli));
  return bin;
}

async function tryOne(runtime, compiler, tools) {
  const copy = copyOf(runtime, compiler);
  const env = surroundings(runtime, tools[compiler]);
  const cells = [runtime.node, runtime.npm, compiler];
  const missing = runtime.compiles && compiler === 'no';
  const driver = missing ? { code: 1, says: WHAT_TO_INSTALL } : { code: 0 };
  const steps = [
    [['ci'], { code: 0, saysNot: /npm warn (?!deprecated|Unknown)/i }],
    [
      ['test', '--', 'test/store/statement-cache.test.ts', 'test/domain/access.test.ts'],
      missing ? driver : { code: 0, says: 'Test Files  2 passed' },
    ],
    [
      ['run', 'demo'],
      missing ? driver : { code: 0, says: 'The demo has ended.', interruptAt: 'types: /drs subscribe' },
    ],
    [['run', 'migrate'], missing ? driver : { code: 0, says: 'Applied to sqlite:' }],
    [['start'], missing ? driver : { code: 1, says: 'The configuration has' }],
  ];
  for (const [args, promise] of steps) {
    const step = await run('npm', args, copy, env, promise);
    cells.push(step);
    console.error(`${cells.slice(0, 3).join(' ')}: npm ${args[0]} ${args[1] ?? ''} ${step}`);
  }
  rows.push(cells);
}

/** Runs under one Node what was installed under another. */
async function tryAnother(installed, running, tools) {
  const copy = copyOf(installed, 'yes');
  const env = surroundings(running, tools);
  const builds = running.compiles;
  const direct = await run('node', ['dist/src/migrate.js'], copy, env, {
    code: 1,
    says: 'does not run under Node',
    saysNot: /\n {4}at /,
  });
  const byNpm = builds ? { code: 0, says: 'Building the SQLite driver' } : { code: 1, says: 'run npm ci again' };
  const migrated = await run('npm', ['run', 'migrate'], copy, env, { ...byNpm, saysNot: /\n {4}at / });
  rows.push([
    `${running.node}, installed under ${installed.node}`,
    running.npm,
    'yes',
    '',
    '',
    '',
    `${migrated}; node dist/src/migrate.js: ${direct}`,
    '',
  ]);
}

function copyOf({ node, npm }, compiler) {
  const copy = join(folder, `copy-${node}-npm-${npm}-${compiler}`);
  if (existsSync(copy)) return copy;
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  for (const file of files.split('\0').filter((one) => one !== '' && existsSync(join(root, one))))
    cpSync(join(root, file), join(copy, file));
  return copy;
}

function surroundings({ bin, compiles }, tools) {
  const outer = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) && name !== 'NODE_ENV');
  const headers = dirname(bin) + `/node_modules/node-${process.platform}-${process.arch}`;
  return {
    ...Object.fromEntries(outer),
    NO_COLOR: '1',
    PATH: `${bin}${delimiter}${tools}`,
    ...(compiles ? { npm_config_nodedir: headers } : {}),
  };
}

/** Carries out one step; resolves with its cell of the table. */
function run(command, args, cwd, env, { code: promised, says = '', saysNot = /$^/, interruptAt }) {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    // To all it has started, as Ctrl-C does.
    const signal = (name) => process.kill(-child.pid, name);
    const tooLong = setTimeout(() => signal('SIGKILL'), LONGEST_MS);
    let output = '';
    let interrupted = false;
    const take = (chunk) => {
      output += chunk;
      if (interrupted || interruptAt === undefined || !output.includes(interruptAt)) return;
      interrupted = true;
      signal('SIGINT');
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('close', (code) => {
      clearTimeout(tooLong);
      // npm itself may end by the signal; what it ran must have ended well.
      const ends = code === promised || (interrupted && code === null);
      const good = ends && output.includes(says) && !saysNot.test(output);
      asPromised &&= good;
      if (!good) console.error(`npm ${args.join(' ')} ended with ${code ?? 'a signal'}:\n${output.slice(-4_000)}`);
      const built =
        /The SQLite driver is built, after \d+ s/.exec(output) === null ? '' : ', with the build of the driver';
      const sentence = promised === 1 ? ', with the sentence' : '';
      resolve(`${good ? 'ok' : 'NOT OK'} ${((performance.now() - startedAt) / 1_000).toFixed(1)} s${built}${sentence}`);
    });
  });
}
