import { chmod, copyFile, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { Migrator, sql } from 'kysely';
import { describe, expect, test } from 'vitest';

import { runChecks } from '../../src/operator/checks.ts';
import { listenOnLoopback } from '../../demo/loopback.ts';
import { SIMULATED_KEYS, startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import type { SimulatorOptions } from '../../demo/drs-simulator/simulator.ts';
import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import type { WorkspaceOptions } from '../../demo/slack-workspace/slack-workspace.ts';
import { MINUTE } from '../../src/domain/base/time.ts';
import { MIGRATIONS } from '../../src/store/migrations.ts';
import { migrateToLatest } from '../../src/store/sqlite/migrate.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { asNobody } from '../support/as-nobody.ts';
import { runProcess } from '../support/bot-process.ts';
import { running } from '../support/programs.ts';
import { environment, startWorld } from '../support/world.ts';

const HISTORY = ['channels:history', 'groups:history', 'mpim:history', 'im:history'];
const LATER = ['app_mentions:read', 'links:read', 'links:write', 'usergroups:read'];
const REQUIRED = [
  'commands',
  'chat:write',
  'channels:read',
  'groups:read',
  'mpim:read',
  'im:read',
  'users:read',
  'channels:join',
];
const BLANK_LOGIN = { IAM_DOMAIN: '', IAM_USER: '', IAM_PASSWORD: '' };
const KEYS = {
  ...BLANK_LOGIN,
  HUAWEICLOUD_SDK_AK: SIMULATED_KEYS.permanent.accessKey,
  HUAWEICLOUD_SDK_SK: SIMULATED_KEYS.permanent.secretKey,
};

interface Surroundings extends AsyncDisposable {
  readonly slack: Awaited<ReturnType<typeof startSlackWorkspace>>;
  readonly drs: Awaited<ReturnType<typeof startDrsSimulator>>;
  readonly env: Record<string, string>;
  /** Everything that is printed, and whether nothing was wrong. */
  check(
    changes?: Readonly<Record<string, string>>,
  ): Promise<{ readonly ok: boolean; readonly lines: readonly string[] }>;
}

/** Both stand-ins, and no bot. */
async function surroundings(
  options: {
    readonly workspace?: WorkspaceOptions;
    readonly simulator?: SimulatorOptions;
    readonly mode?: 'http';
  } = {},
): Promise<Surroundings> {
  const slack = await startSlackWorkspace(options.workspace);
  const drs = await startDrsSimulator(options.simulator);
  const env = await environment(options.mode ?? 'socket', slack, drs);
  return {
    slack,
    drs,
    env,
    async check(changes = {}) {
      const lines: string[] = [];
      const ok = await runChecks({ ...env, ...changes }, (line) => lines.push(line));
      return { ok, lines };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([slack.stop(), drs.stop()]);
    },
  };
}

const marks = (lines: readonly string[]) => lines.slice(0, -1).map((line) => line.split(':')[0]);
const about = (lines: readonly string[], what: string) => lines.filter((line) => line.slice(2).startsWith(`${what}:`));

describe('when nothing is wrong', () => {
  test('every check says so, and nothing is posted, made or changed', async () => {
    await using all = await surroundings({ workspace: { scopes: [...REQUIRED, ...HISTORY, ...LATER] } });
    const { ok, lines } = await all.check({ OPS_PORT: '0' });
    expect(lines.filter((line) => !line.startsWith('✔'))).toEqual(['Nothing is wrong.']);
    expect(ok).toBe(true);
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^✔ Configuration: is complete: Socket Mode, DRS with a password at http/),
        expect.stringMatching(/^✔ Slack token: is drs in the workspace /),
        '✔ Scope channels:history: is there: each message in public channels comes exactly once.',
        '✔ Socket Mode: Slack offers a socket.',
        expect.stringMatching(/^✔ Database: .* is not there yet; the first start makes it, empty\.$/),
        expect.stringMatching(/^✔ DRS address: http.* answers \(HTTP 404\)\.$/),
        "✔ Clock: agrees with the cloud's.",
        '✔ DRS sign-in: drs-bot of acme has a token.',
        expect.stringMatching(
          /^✔ DRS project: [0-9a-f]{32}, as configured\. IAM also shows ap-southeast-1_sub \([0-9a-f]{32}\): if your jobs are in one of these, set DRS_PROJECT_ID to its id\.$/,
        ),
        expect.stringMatching(/^✔ DRS read: DRS answers: it knows no job with a made-up id/),
        expect.stringMatching(/^✔ Network: Slack \(127\.0\.0\.1:\d+\) is asked directly\.$/),
        expect.stringMatching(/^✔ Network: DRS \(127\.0\.0\.1:\d+\) is asked directly\.$/),
      ]),
    );
    expect(all.slack.calls.map((call) => call.method)).toEqual(['auth.test', 'apps.connections.open']);
    await expect(stat(all.env['DATABASE_URL']?.slice('sqlite:'.length) ?? '')).rejects.toThrow('ENOENT');
  });

  test('also beside a running bot, whose port is its own and whose jobs are asked about', async () => {
    await using world = await startWorld({ mode: 'http', env: { OPS_PORT: '0' } });
    world.slack.addChannel('migrations');
    const job = world.drs.addJob('FULL_TRANSFER_STARTED');
    await world.ask('ana', '#migrations', `/drs subscribe ${job.id}`);
    const ports = { PORT: String(world.bot().port), OPS_PORT: String(world.bot().opsPort) };
    const lines: string[] = [];
    expect(await runChecks({ ...world.env, ...ports }, (line) => lines.push(line))).toBe(true);
    expect(lines).toContain(`✔ PORT: port ${ports.PORT} on 127.0.0.1 is open: the bot is running.`);
    expect(lines).toContain(`✔ OPS_PORT: port ${ports.OPS_PORT} on 127.0.0.1 is open: the bot is running.`);
    expect(lines).toContain('✔ DRS read: a watched job is FULL_TRANSFER_STARTED.');
    expect(about(lines, 'Database')[0]).toMatch(/opens, and is up to date \(\d{4}-/);
  });

  test.each(['::', '::1'])('also beside a bot whose operator port is open on %s', async (host) => {
    await using world = await startWorld({ env: { OPS_PORT: '0', OPS_HOST: host } });
    const port = String(world.bot().opsPort);
    const lines: string[] = [];
    await runChecks({ ...world.env, OPS_PORT: port, OPS_HOST: host }, (line) => lines.push(line));
    expect(lines).toContain(`✔ OPS_PORT: port ${port} on ${host} is open: the bot is running.`);
  });

  test('with access keys and the project looked up', async () => {
    await using all = await surroundings();
    const { ok, lines } = await all.check({ ...KEYS, DRS_PROJECT_ID: '', DRS_REGION: 'ap-southeast-1' });
    expect(ok).toBe(true);
    expect(lines).toContain('✔ DRS sign-in: the access key is accepted.');
    expect(about(lines, 'DRS project')[0]).toMatch(
      /found by the region ap-southeast-1\. IAM also shows ap-southeast-1_sub/,
    );
  });
});

describe('Slack', () => {
  test.each([
    ['chat:write', 'nothing can be posted, so no channel hears of any change'],
    ['channels:join', 'the bot must be invited by hand into every public channel that subscribes'],
    ['commands', 'nobody can type the slash command'],
    ['users:read', 'guests are not told from members, so nobody is answered'],
    ['mpim:read', '/drs list all hides direct messages of a group'],
    ['groups:read', 'the same for private channels'],
    ['im:read', 'the bot takes the direct messages of two people for its own'],
    ['channels:read', 'the bot does not see whether a public channel is archived'],
  ])(
    'without the scope %s says what will not work and where to add it; all else is looked at',
    async (scope, without) => {
      await using all = await surroundings({ workspace: { scopes: REQUIRED.filter((one) => one !== scope) } });
      const { ok, lines } = await all.check();
      expect(ok).toBe(false);
      const [line] = about(lines, `Scope ${scope}`);
      expect(line).toContain(`✖ Scope ${scope}: is missing: ${without}`);
      expect(line).toContain('add it on the page OAuth & Permissions of your Slack app');
      expect(lines.filter((one) => one.startsWith('✖'))).toHaveLength(1);
      expect(marks(lines)).toContain('✔ DRS read');
      expect(lines.at(-1)).toBe('One thing is wrong.');
    },
  );

  test('without the scopes to read channels back says what is promised then, kind by kind, and that is not wrong', async () => {
    await using all = await surroundings({ workspace: { scopes: [...REQUIRED, 'groups:history'] } });
    const { ok, lines } = await all.check();
    expect(ok).toBe(true);
    expect(about(lines, 'Scope channels:history')[0]).toMatch(
      /^– .*: is missing, which is allowed: messages in public channels come at least once/,
    );
    expect(about(lines, 'Scope groups:history')[0]).toMatch(
      /^✔ .* each message in private channels comes exactly once/,
    );
    expect(about(lines, 'Scope im:history')[0]).toMatch(/^– .* messages in direct messages come at least once/);
  });

  test('without the scopes for later says what they are for and how to get them with the rest, and that is not wrong', async () => {
    await using all = await surroundings({ workspace: { scopes: [...REQUIRED, ...HISTORY, 'links:write'] } });
    const { ok, lines } = await all.check();
    expect(ok).toBe(true);
    expect(about(lines, 'Scope links:read')[0]).toMatch(
      /^– .*: is missing, which is allowed: nothing needs it yet\. It is for later: how a job is below .* paste manifest\.yml anew/,
    );
    expect(about(lines, 'Scope links:write')[0]).toMatch(/^✔ .* is there, for later/);
    expect(about(lines, 'Scope app_mentions:read')[0]).toMatch(
      /^– .*: is missing, which is allowed: whoever mentions the bot in a channel or a thread is not answered/,
    );
  });

  test('that refuses both tokens says which is which, and never shows them', async () => {
    await using all = await surroundings();
    const { lines } = await all.check({ SLACK_BOT_TOKEN: 'xoxb-wrong-token', SLACK_APP_TOKEN: 'xapp-wrong-token' });
    expect(about(lines, 'Slack token')[0]).toMatch(/^✖ .*Slack refuses SLACK_BOT_TOKEN \(invalid_auth\): copy/);
    expect(about(lines, 'Slack scopes')).toEqual(['– Slack scopes: not looked at: the token must work first.']);
    expect(about(lines, 'Socket Mode')[0]).toMatch(/^✖ .*Slack refuses SLACK_APP_TOKEN \(invalid_auth\): create/);
    expect(lines.join('\n')).not.toContain('wrong-token');
  });

  test('that cannot be reached', async () => {
    await using all = await surroundings();
    const { lines } = await all.check({ SLACK_API_URL: 'http://127.0.0.1:9/api' });
    expect(about(lines, 'Slack token')[0]).toContain(
      '✖ Slack token: Slack cannot be reached at http://127.0.0.1:9/api/',
    );
  });

  test('over HTTP needs a port that can be opened', async () => {
    await using all = await surroundings({ mode: 'http' });
    const stranger = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const address = stranger.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    const { ok, lines } = await all.check({ PORT: port });
    stranger.close();
    expect(ok).toBe(false);
    expect(about(lines, 'PORT')).toEqual([
      `✖ PORT: port ${port} on 127.0.0.1 cannot be opened (EADDRINUSE): stop what uses it, or set PORT and HOST.`,
    ]);
    expect((await all.check()).lines).toContain('✔ PORT: port 0 on 127.0.0.1 can be opened.');
  });

  test.each([
    ['refuses everything', 401, 'no'],
    ['answers everything with an echo', 200, 'echo'],
  ])('takes no other server for the bot: one that %s', async (_what, status, says) => {
    await using all = await surroundings({ mode: 'http' });
    const stranger = createHttpServer((request, response) => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      if (says === 'echo') request.pipe(response);
      else response.end(says);
    });
    const { base, stop } = await listenOnLoopback(stranger, 0);
    const port = new URL(base).port;
    const { lines } = await all.check({ PORT: port, OPS_PORT: port });
    await stop();
    const cannot = (name: string, host: string) =>
      `✖ ${name}: port ${port} on 127.0.0.1 cannot be opened (EADDRINUSE): stop what uses it, or set ${name} and ${host}.`;
    expect(about(lines, 'PORT')).toEqual([cannot('PORT', 'HOST')]);
    expect(about(lines, 'OPS_PORT')).toEqual([cannot('OPS_PORT', 'OPS_HOST')]);
  });

  test("looks for the operator's channel, and joins nothing", async () => {
    await using all = await surroundings();
    const [open, closed] = [all.slack.addChannel('ops'), all.slack.addChannel('secret', { kind: 'private' })];
    const old = all.slack.addChannel('old');
    old.archived = true;
    const looked = async (id: string) => about((await all.check({ OPS_CHANNEL: id })).lines, 'OPS_CHANNEL');
    expect(await looked(open.id)).toEqual([`✔ OPS_CHANNEL: ${open.id} is there; the bot joins it when it starts.`]);
    for (const id of [closed.id, 'C0NOWHERE'])
      expect(await looked(id)).toEqual([
        `✖ OPS_CHANNEL: Slack shows the bot no channel ${id}: check the id, and that it is of this workspace; if the channel is private, type /invite @drs in that channel.`,
      ]);
    expect(await looked(old.id)).toEqual([`✖ OPS_CHANNEL: ${old.id} is archived: set OPS_CHANNEL to another channel.`]);
    expect(all.slack.calls.filter(({ method }) => method === 'conversations.join')).toEqual([]);
  });
});

describe('DRS', () => {
  const denied = (code: string) => ({
    kind: 'status' as const,
    status: 403,
    body: JSON.stringify({ error_code: code }),
  });

  test.each<[string, Readonly<Record<string, string>>, string, string]>([
    [
      'a wrong password',
      { IAM_PASSWORD: 'wrong password' },
      'DRS sign-in',
      'IAM does not accept the user name or password',
    ],
    [
      'a wrong secret key',
      { ...KEYS, HUAWEICLOUD_SDK_SK: 'nope' },
      'DRS sign-in',
      'The secret key does not fit the access key',
    ],
    [
      'an unknown access key',
      { ...KEYS, HUAWEICLOUD_SDK_AK: 'NOPE' },
      'DRS sign-in',
      'DRS does not know the access key',
    ],
    [
      'another project',
      { ...KEYS, DRS_PROJECT_ID: 'f'.repeat(32) },
      'DRS project',
      'DRS does not know the project: check DRS_PROJECT_ID',
    ],
    [
      'an unknown region',
      { ...KEYS, DRS_PROJECT_ID: '', DRS_REGION: 'eu-west-101' },
      'DRS project',
      'IAM knows no project eu-west-101',
    ],
  ])('with %s says what to check, and what could not be tried', async (_what, changes, what, sentence) => {
    await using all = await surroundings();
    const { ok, lines } = await all.check(changes);
    expect(ok).toBe(false);
    expect(about(lines, what)[0]).toContain(`✖ ${what}: ${sentence}`);
    expect(about(lines, 'DRS read')[0]).toMatch(/^– DRS read: not tried/);
    expect(marks(lines)).toContain('✔ DRS address');
  });

  test.each([
    ['DRS.M00102', 'The IAM user may not read DRS jobs: grant it DRS ReadOnlyAccess.'],
    ['DRS.M00101', 'The IAM user has no role in this project: grant it DRS ReadOnlyAccess.'],
    ['DRS.M00105', 'The account is restricted: ask its owner, arrears are a common reason.'],
  ])('that denies the read with %s says why', async (code, sentence) => {
    await using all = await surroundings();
    all.drs.faults.next('progress', denied(code));
    const { lines } = await all.check(KEYS);
    expect(about(lines, 'DRS read')[0]).toContain(`✖ DRS read: ${sentence}`);
    expect(about(lines, 'DRS sign-in')[0]).toContain('✔');
  });

  test('that cannot be reached is one thing, and what depends on it another', async () => {
    await using all = await surroundings();
    const { lines } = await all.check({ ...KEYS, DRS_ENDPOINT: 'http://127.0.0.1:9' });
    expect(about(lines, 'DRS address')[0]).toMatch(
      /^✖ DRS address: 127\.0\.0\.1:9 cannot be reached \(ECONNREFUSED\)\. Check DRS_REGION/,
    );
    expect(about(lines, 'Clock')[0]).toMatch(/^–/);
    expect(about(lines, 'DRS sign-in')[0]).toMatch(/^– DRS sign-in: not known/);
    expect(about(lines, 'DRS read')[0]).toMatch(/^✖/);
  }, 30_000);

  test.each([
    [5 * MINUTE, 'behind'],
    [-5 * MINUTE, 'ahead of'],
  ])('whose clock differs by %i ms says by how much and in which direction', async (aheadMs, direction) => {
    await using all = await surroundings({ simulator: { clock: () => Date.now() + aheadMs } });
    const [line] = about((await all.check()).lines, 'Clock');
    expect(line).toMatch(
      new RegExp(`^✖ Clock: is (?:5 min|4 min 5\\d s|5 min \\ds) ${direction} the cloud's: set it \\(NTP\\)`),
    );
  });
});

describe('the database', () => {
  const pathOf = (env: Readonly<Record<string, string>>) => env['DATABASE_URL']?.slice('sqlite:'.length) ?? '';

  test('that was restored beside the log of the one before says so, and is not opened', async () => {
    await using all = await surroundings();
    const path = pathOf(all.env);
    const db = openDatabase(all.env['DATABASE_URL'] ?? '');
    await migrateToLatest(db);
    await copyFile(path, `${path}.copy`);
    // Left behind as by a process that was killed.
    await copyFile(`${path}-wal`, `${path}.log`);
    await db.destroy();
    await rm(path);
    await rename(`${path}.log`, `${path}-wal`);
    await chmod(`${path}-wal`, 0o600);
    await copyFile(`${path}.copy`, path);
    const before = await readFile(path);
    const { ok, lines } = await all.check();
    expect(ok).toBe(false);
    expect(about(lines, 'Database')[0]).toContain(
      `✖ Database: ${path} is younger than ${path}-wal beside it. If the database was restored, that file belongs to the one before: do not start the bot, move ${path}-wal and ${path}-shm away first`,
    );
    expect(await readFile(path)).toEqual(before);
  });

  test('by a path that depends on where the bot is started says where that is', async () => {
    await using all = await surroundings();
    const { lines } = await all.check({ DATABASE_URL: 'sqlite:nowhere/bot.db' });
    expect(about(lines, 'Database')[0]).toBe(
      `✔ Database: nowhere/bot.db is not there yet, in the folder this runs in (${process.cwd()}); the first start makes it, empty.`,
    );
  });

  test('of a newer version says so, and is left as it is', async () => {
    await using all = await surroundings();
    const db = openDatabase(all.env['DATABASE_URL'] ?? '');
    await migrateToLatest(db);
    await sql`insert into kysely_migration (name, timestamp) values ('9999-future', '2030')`.execute(db);
    await sql`update compatibility set oldest_reader = '9999-future'`.execute(db);
    await db.destroy();
    const before = await readFile(pathOf(all.env));
    const { ok, lines } = await all.check();
    expect(ok).toBe(false);
    expect(about(lines, 'Database')[0]).toMatch(
      /^✖ Database: The database was written by a newer version of this bot \(it has 9999-future\): start that version or a later one, or restore/,
    );
    expect(await readFile(pathOf(all.env))).toEqual(before);
  });

  test('that a newer version has only added to is good', async () => {
    await using all = await surroundings();
    const db = openDatabase(all.env['DATABASE_URL'] ?? '');
    await migrateToLatest(db);
    await sql`insert into kysely_migration (name, timestamp) values ('9999-future', '2030')`.execute(db);
    await db.destroy();
    const { lines } = await all.check();
    expect(about(lines, 'Database')[0]).toBe(
      '✔ Database: opens; a newer version of this bot has added to it (9999-future), which this one need not know.',
    );
  });

  test('of an older version says what the next start will do, and does not do it', async () => {
    await using all = await surroundings();
    const db = openDatabase(all.env['DATABASE_URL'] ?? '');
    const first = MIGRATIONS['0001-initial'];
    if (first === undefined) throw new Error('there is no first migration');
    const provider = { getMigrations: () => Promise.resolve({ '0001-initial': first }) };
    await new Migrator({ db, provider }).migrateToLatest();
    await db.destroy();
    const before = await readFile(pathOf(all.env));
    const { ok, lines } = await all.check();
    expect(ok).toBe(true);
    expect(about(lines, 'Database')[0]).toMatch(
      /^✔ Database: opens; the next start brings it up to date \(0002-names-and-causes.*\)\. Make a backup first\.$/,
    );
    expect(await readFile(pathOf(all.env))).toEqual(before);
  });

  test('that cannot be written says what to do', async () => {
    await using all = await surroundings();
    const db = openDatabase(all.env['DATABASE_URL'] ?? '');
    await migrateToLatest(db);
    await db.destroy();
    await chmod(pathOf(all.env), 0o444);
    await chmod(dirname(pathOf(all.env)), 0o555);
    const { ok, lines } = await asNobody(() => all.check());
    expect(ok).toBe(false);
    expect(lines.filter((line) => line.startsWith('✖ Database')).join('\n')).toContain(
      'cannot be written (attempt to write a readonly database): give the user the bot runs as permission for the file and its folder, or change DATABASE_URL.',
    );
  });

  test('whose file alone cannot be written says so, although it can be read', async () => {
    await using all = await surroundings();
    const db = openDatabase(all.env['DATABASE_URL'] ?? '');
    await migrateToLatest(db);
    await db.destroy();
    await chmod(pathOf(all.env), 0o444);
    await chmod(dirname(pathOf(all.env)), 0o777);
    const { lines } = await asNobody(() => all.check());
    expect(about(lines, 'Database')[0]).toMatch(/^✔ Database: opens, and is up to date/);
    expect(about(lines, 'Database writes')[0]).toMatch(/^✖ Database writes: The database .* cannot be written/);
  });

  test('that cannot be made says why not', async () => {
    await using all = await surroundings();
    const folder = await mkdtemp(join(tmpdir(), 'drs-bot-check-'));
    await writeFile(join(folder, 'file'), '');
    const { lines } = await all.check({ DATABASE_URL: `sqlite:${folder}/file/bot.db` });
    expect(about(lines, 'Database')[0]).toContain(`${folder}/file is a file, so change DATABASE_URL.`);
  });

  // What root may do is everything, and the system answers for the real user, whoever acts.
  test.skipIf(process.getuid?.() === 0)('that cannot be made for want of a permission says where', async () => {
    await using all = await surroundings();
    const folder = await mkdtemp(join(tmpdir(), 'drs-bot-check-'));
    await chmod(folder, 0o555);
    const { lines } = await all.check({ DATABASE_URL: `sqlite:${folder}/data/bot.db` });
    expect(about(lines, 'Database')[0]).toContain(`permission to write in ${folder}, or change DATABASE_URL.`);
  });

  test('that is none says so', async () => {
    await using all = await surroundings();
    await writeFile(pathOf(all.env), 'these are not the tables you are looking for'.repeat(50));
    expect(about((await all.check()).lines, 'Database')[0]).toMatch(
      /^✖ Database: .* is not a database this bot can read/,
    );
  });

  test('that everybody may read says how to close it', async () => {
    await using all = await surroundings();
    const db = openDatabase(all.env['DATABASE_URL'] ?? '');
    await db.destroy();
    expect(about((await all.check()).lines, 'Database file')[0]).toMatch(/^✔/);
    await chmod(pathOf(all.env), 0o644);
    await chmod(dirname(pathOf(all.env)), 0o755);
    const [line] = about((await all.check()).lines, 'Database file');
    expect(line).toBe(
      `✖ Database file: can be read by everybody on this machine: chmod 600 ${pathOf(all.env)}*, and chmod 700 ${dirname(pathOf(all.env))} if nothing else is in it.`,
    );
  });
});

describe('npm run check', () => {
  test('shows which settings are in force, from the file of ENV_FILE and elsewhere, and of secrets only their length', async () => {
    await using all = await surroundings();
    const path = join(await mkdtemp(join(tmpdir(), 'drs-bot-check-')), 'bot.env');
    const { SLACK_BOT_TOKEN: token = '', ...rest } = all.env;
    await writeFile(path, `SLACK_BOT_TOKEN=${token}\nLOG_LEVEL=debug\nHEARTBEAT_URL=https://hc.example/ping?a=1&b=2\n`);
    const given = { ...rest, ENV_FILE: path, DRS_TIMEOUT: '5' };
    const { code, stdout } = await runProcess(given, running('src/operator/check.ts'));
    const lines = stdout.split('\n');
    expect(code).toBe(0);
    expect(about(lines, `From ${path}`)).toEqual([
      `✔ From ${path}: SLACK_BOT_TOKEN (${token.length} characters), HEARTBEAT_URL (31 characters).`,
    ]);
    expect(about(lines, 'From the environment')[0]).toMatch(/DRS_PROJECT_ID=\w+, .*LOG_LEVEL=silent/);
    expect(about(lines, 'By default')[0]).toContain('SLACK_COMMAND=/drs');
    expect(about(lines, 'ENV_FILE')).toEqual([
      '– ENV_FILE: the environment has other values for LOG_LEVEL than the file, and the environment wins.',
    ]);
    expect(about(lines, 'Configuration')).toContain(
      '– Configuration: DRS_TIMEOUT is set, and is no setting of this bot: it changes nothing.',
    );
    expect(stdout).not.toContain(all.env['IAM_PASSWORD']);
  });

  test('says all mistakes of the configuration and ends with 1', async () => {
    const given = { SLACK_BOT_TOKEN: 'xoxp-1', DRS_REGION: 'ap-southeast-1' };
    const failed = await runProcess(given, running('src/operator/check.ts'));
    expect(failed).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('✖ Configuration: SLACK_APP_TOKEN: is missing'),
    });
    expect(failed).toMatchObject({ stdout: expect.stringContaining('– Everything else: not looked at') });
  });

  test('ends with 0 when nothing is wrong', async () => {
    await using all = await surroundings();
    const { code, stdout } = await runProcess(all.env, running('src/operator/check.ts'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/\nNothing is wrong\.\n$/);
  });
});
