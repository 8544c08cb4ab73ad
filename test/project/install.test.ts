import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

const run = promisify(execFile);
const root = new URL('../../', import.meta.url).pathname;
const packageFile = z.object({
  scripts: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});
const { scripts, devDependencies } = packageFile.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drs-bot-install-'));
  // The sources alone, built in a place where nobody else builds meanwhile.
  const built = join(folder, 'built');
  for (const path of ['src', 'migrations', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json'])
    await cp(join(root, path), join(built, path), { recursive: true });
  await symlink(join(root, 'node_modules'), join(built, 'node_modules'));
  await run(process.execPath, ['scripts/build.mjs'], { cwd: built });
}, 60_000);
afterAll(async () => await rm(folder, { recursive: true }));

/** How a command ends: its exit code, and everything it printed. */
async function ended(command: string, args: readonly string[], cwd: string, env: Record<string, string> = {}) {
  const surroundings = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env };
  const [file, ...rest] = command === 'node' ? [process.execPath, ...args] : [command, ...args];
  return await run(file, rest, { cwd, env: surroundings }).then(
    ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
    (error: unknown) =>
      z
        .object({ code: z.number(), stdout: z.string(), stderr: z.string() })
        .transform(({ code, stdout, stderr }) => ({ code, said: stdout + stderr }))
        .parse(error),
  );
}

/** What the image has: the build, the scripts, and packages without those for development. */
async function makeImage(name: string): Promise<string> {
  const image = join(folder, name);
  for (const path of ['dist', 'scripts', 'package.json'])
    await cp(join(folder, 'built', path), join(image, path), { recursive: true });
  await mkdir(join(image, 'node_modules'));
  const installed = await readdir(join(root, 'node_modules'));
  const forDevelopment = new Set(Object.keys(devDependencies).map((dependency) => dependency.split('/')[0]));
  for (const entry of installed.filter((one) => !one.startsWith('.') && !forDevelopment.has(one)))
    await symlink(join(root, 'node_modules', entry), join(image, 'node_modules', entry));
  return image;
}

describe('where there are no sources and no development packages, as in the image,', () => {
  test('npm run migrate, backup, check and npm start run from the build', async () => {
    const image = await makeImage('image');
    const database = join(folder, 'bot.db');
    const env = { DATABASE_URL: `sqlite:${database}` };
    expect(await ended('npm', ['run', '--silent', 'migrate'], image, env)).toMatchObject({ code: 0 });
    const copied = await ended('npm', ['run', '--silent', 'backup', '--', join(folder, 'copy.db')], image, env);
    expect(copied.said).toContain('is a checked copy of');
    for (const command of ['check', 'start']) {
      const { code, said } = await ended('npm', ['run', '--silent', command], image, env);
      expect(code).toBe(1);
      expect(said).toContain('SLACK_BOT_TOKEN');
      expect(said).not.toMatch(/esbuild|tsc|Cannot find/);
    }
  }, 30_000);

  test('a missing build is one sentence', async () => {
    const image = await makeImage('image-without-build');
    await rm(join(image, 'dist'), { recursive: true });
    expect(await ended('node', ['scripts/build.mjs'], image)).toEqual({
      code: 1,
      said: 'There is no build in dist/, and no sources to make it from: copy dist/ from where it was built.\n',
    });
  });
});

test('a machine with 512 MB is enough: building and every command fit into half of the heap that Node takes there', async () => {
  // Node lets its heap grow to about half of such a machine: 256 MB.
  const small = { NODE_OPTIONS: '--max-old-space-size=128', DATABASE_URL: `sqlite:${join(folder, 'small.db')}` };
  const built = join(folder, 'built');
  expect(await ended('node', ['scripts/build.mjs', '--anew'], built, small)).toEqual({ code: 0, said: '' });
  const commands = [
    ['migrate', 'Applied to'],
    ['backup', 'is a checked copy of'],
    ['check', 'SLACK_BOT_TOKEN'],
    ['start', 'SLACK_BOT_TOKEN'],
  ] as const;
  for (const [command, says] of commands) {
    const { said } = await ended('npm', ['run', '--silent', command], built, small);
    expect(said).toContain(says);
    expect(said).not.toContain('heap out of memory');
  }
}, 60_000);

test('migrate and backup take a blank DATABASE_URL for the usual place', async () => {
  const image = await makeImage('image-with-blank');
  const blank = { DATABASE_URL: ' ' };
  const migrated = await ended('node', ['dist/src/migrate.js'], image, blank);
  expect(migrated.said).toContain('sqlite:data/drs-bot.db');
  const copied = await ended('node', ['dist/src/backup.js'], image, blank);
  expect(copied).toMatchObject({ code: 0 });
  expect(await readdir(join(image, 'data/backups'))).toHaveLength(1);
});

test('what has not changed is not built again, and what has is', async () => {
  const built = join(folder, 'built');
  const time = async () => (await stat(join(built, 'dist/src/main.js'))).mtimeMs;
  const before = await time();
  expect(await ended('node', ['scripts/build.mjs'], built)).toEqual({ code: 0, said: '' });
  expect(await time()).toBe(before);
  const changed = join(built, 'src/runtime/about.ts');
  await writeFile(changed, `${await readFile(changed, 'utf8')}\n// changed\n`);
  expect(await ended('node', ['scripts/build.mjs'], built)).toEqual({ code: 0, said: '' });
  expect(await time()).toBeGreaterThan(before);
});

test('changed sources without what builds them are one sentence', async () => {
  const image = await makeImage('image-with-sources');
  for (const path of ['src', 'migrations', 'package-lock.json', 'tsconfig.json'])
    await cp(join(root, path), join(image, path), { recursive: true });
  await writeFile(join(image, 'src/new.ts'), 'export {};\n');
  const { code, said } = await ended('node', ['scripts/build.mjs'], image);
  expect(code).toBe(1);
  expect(said).toBe(
    'dist/ was built from other sources, and the development packages are not installed: run npm ci && npm run build.\n',
  );
});

/** An installation whose SQLite driver runs only after a build, which a stand-in for the compiler makes. */
async function makeForeignInstallation(name: string): Promise<string> {
  const place = join(folder, name);
  const driver = join(place, 'node_modules/better-sqlite3');
  await mkdir(driver, { recursive: true });
  for (const path of ['dist', 'scripts', 'package.json'])
    await cp(join(folder, 'built', path), join(place, path), { recursive: true });
  for (const entry of await readdir(join(root, 'node_modules')))
    if (!/^(\.|better-sqlite3)/.test(entry))
      await symlink(join(root, 'node_modules', entry), join(place, 'node_modules', entry));
  await writeFile(join(driver, 'package.json'), '{"name":"better-sqlite3","main":"index.js"}');
  await writeFile(
    join(driver, 'index.js'),
    `module.exports = class { constructor() { require('./built.js'); } close() {} };`,
  );
  await writeFile(join(place, 'compiler.cjs'), `require('node:fs').writeFileSync('built.js', '');`);
  await writeFile(join(place, 'no-compiler.cjs'), `console.error('make: not found'); process.exit(1);`);
  return place;
}

describe('the SQLite driver', () => {
  const speaksNodeApi10 = Number(process.versions['napi']) >= 10;
  const sure = ['scripts/native-sqlite.mjs'];

  test('is called for by every command that opens a database, because npm runs no install scripts', async () => {
    expect((await readFile(join(root, '.npmrc'), 'utf8')).split('\n')).toContain('ignore-scripts=true');
    expect(Object.keys(scripts).filter((name) => /^(pre|post)/.test(name))).toEqual([]);
    for (const name of [
      'build',
      'start',
      'migrate',
      'check',
      'backup',
      'year',
      'demo',
      'test',
      'soak',
      'bench',
      'bench:drain',
    ])
      expect(scripts[name]).toMatch(/^node (--import \.\/)?scripts\/(ready|native-sqlite)\.mjs\b/);
    const ready = await readFile(join(root, 'scripts/ready.mjs'), 'utf8');
    expect(ready).toContain("import './native-sqlite.mjs';\nimport './build.mjs';");
  });

  test('is looked at once for each installation and Node', async () => {
    const { code, said } = await ended('node', sure, root);
    expect({ code, said }).toEqual({ code: 0, said: '' });
    expect(await readFile(join(root, 'node_modules/.sqlite-driver'), 'utf8')).toContain(`${process.versions.node} `);
  });

  test.skipIf(speaksNodeApi10)('is built where it does not run, and a person sees why it takes a minute', async () => {
    const place = await makeForeignInstallation('built-elsewhere');
    const { code, said } = await ended('node', sure, place, { npm_config_node_gyp: join(place, 'compiler.cjs') });
    expect(code).toBe(0);
    expect(said.split('\n')[0]).toBe(
      `Building the SQLite driver for Node ${process.versions.node}, for which there is no binary to download. This happens once and takes a minute or two …`,
    );
    expect(await ended('node', sure, place)).toEqual({ code: 0, said: '' });
  });

  test.skipIf(speaksNodeApi10)('that cannot be built ends the command with what to install', async () => {
    const place = await makeForeignInstallation('no-compiler');
    const { code, said } = await ended('node', sure, place, { npm_config_node_gyp: join(place, 'no-compiler.cjs') });
    expect(code).toBe(1);
    expect(said).toMatch(/Install python3, make and a C\+\+ compiler .* or use Node 22\.14 or newer.*\n$/);
  });

  test.runIf(speaksNodeApi10)('of another Node is not built again but asks for npm ci', async () => {
    const place = await makeForeignInstallation('installed-elsewhere');
    const { code, said } = await ended('node', sure, place);
    expect(code).toBe(1);
    expect(said).toMatch(/^The packages were installed under another Node than this one.*run npm ci again\.\n$/);
  });

  test('of another Node ends whatever opens the database with one sentence, and no stack trace', async () => {
    const place = await makeForeignInstallation('other-node');
    expect(await ended('node', ['dist/src/migrate.js'], place)).toEqual({
      code: 1,
      said: `The SQLite driver installed here does not run under Node ${process.versions.node}: run npm ci && npm run build with this Node, or use the Node it was installed with.\n`,
    });
  });

  test('that is not there at all asks for npm ci', async () => {
    const place = join(folder, 'nothing-installed');
    await cp(join(root, 'scripts'), join(place, 'scripts'), { recursive: true });
    expect(await ended('node', sure, place)).toEqual({
      code: 1,
      said: 'The packages are not installed: run npm ci first.\n',
    });
  });
});
