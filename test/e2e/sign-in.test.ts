import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { startBot } from '../../src/bot.ts';
import { parseConfig } from '../../src/config/config.ts';
import type { AccessKey } from '../../demo/drs-simulator/access-keys.ts';
import { SIMULATED_KEYS, startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import { sdkDate } from '../../src/drs/sign-request.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { isSchedule } from '../../src/runtime/cron.ts';
import { startProcess } from '../support/bot-process.ts';
import { fastClock } from '../support/fast-clock.ts';
import { findFreePort } from '../support/free-port.ts';
import { keptLog, SILENT } from '../support/silent-log.ts';
import { environment, startWorld } from '../support/world.ts';

const BLANK_LOGIN = { IAM_DOMAIN: '', IAM_USER: '', IAM_PASSWORD: '' };
const keys = ({ accessKey, secretKey, securityToken }: AccessKey) => ({
  ...BLANK_LOGIN,
  HUAWEICLOUD_SDK_AK: accessKey,
  HUAWEICLOUD_SDK_SK: secretKey,
  ...(securityToken === null ? {} : { HUAWEICLOUD_SDK_SECURITY_TOKEN: securityToken }),
});
const BY_REGION = { DRS_PROJECT_ID: '', DRS_REGION: 'ap-southeast-1' };

describe('the bot works from a name to a message', () => {
  test.each([
    ['with an access key', keys(SIMULATED_KEYS.permanent)],
    ['with a temporary access key', keys(SIMULATED_KEYS.temporary)],
    ['with an access key and the project looked up', { ...keys(SIMULATED_KEYS.permanent), ...BY_REGION }],
    ['with a temporary key and the project looked up', { ...keys(SIMULATED_KEYS.temporary), ...BY_REGION }],
    ['with a password', {}],
    ['with a password and the project looked up', BY_REGION],
  ])('%s', async (_how, env) => {
    await using world = await startWorld({ env });
    world.slack.addChannel('migrations');
    const job = world.drs.addJob('FULL_TRANSFER_STARTED', {}, { name: '订单' });
    expect((await world.ask('ana', '#migrations', '/drs subscribe 订单')).text).toContain('Subscribed to *订单*');
    job.becomes('INCRE_TRANSFER_FAILED').explains({ error_message: 'disk full' });
    await world.bot().tick();
    await world.slack.waitFor('the cause', () => world.texts('#migrations').find((text) => text.includes('disk full')));
    // But for the first look, which only asks whether anybody is there.
    const asked = world.drs.requests.filter(({ target }) => target !== 'other');
    expect(asked.every((seen) => seen.status !== null && seen.status < 300)).toBe(true);
  });
});

test.each([
  ['with an access key', keys(SIMULATED_KEYS.permanent)],
  ['with an access key and the project looked up', { ...keys(SIMULATED_KEYS.permanent), ...BY_REGION }],
  ['with a password and the project looked up', BY_REGION],
])('%s, an empty list of jobs says of which project, and in which others the jobs may be', async (_how, env) => {
  await using world = await startWorld({ env });
  world.slack.addChannel('migrations');
  await expect
    .poll(async () => (await world.ask('ana', '#migrations', '/drs jobs')).text)
    .toMatch(
      /^DRS lists no job in the project ap-southeast-1 \([0-9a-f]{32}\)\.\nThe bot can also see ap-southeast-1_sub \([0-9a-f]{32}\)\. If the jobs are in one of these, whoever runs the bot sets DRS_PROJECT_ID to its id\.$/,
    );
});

describe('a start', () => {
  test('without the project of the region ends in a sentence', async () => {
    const env = { ...keys(SIMULATED_KEYS.permanent), DRS_PROJECT_ID: '', DRS_REGION: 'eu-west-101' };
    await expect(startWorld({ env })).rejects.toThrow(
      'IAM knows no project eu-west-101 for these credentials: it shows ap-southeast-1 (',
    );
  });

  test('with a password for a region that IAM does not know ends in a sentence', async () => {
    const env = { DRS_PROJECT_ID: '', DRS_REGION: 'eu-west-101' };
    await expect(startWorld({ env })).rejects.toThrow(
      'IAM knows no project eu-west-101 for this user: check DRS_REGION and DRS_PROJECT_ID',
    );
  });
});

describe('a start while nobody lets the bot in and its project is not known', () => {
  const wrong = { ...SIMULATED_KEYS.permanent, secretKey: 'wrong' };

  test.each([
    ['a wrong secret', { ...keys(wrong), ...BY_REGION }, 'The secret key does not fit the access key', 'projects'],
    ['a wrong password', { IAM_PASSWORD: 'wrong', ...BY_REGION }, 'IAM does not accept the user name', 'login'],
  ] as const)('says it at once, and with %s waits an hour without knocking', async (_what, env, words, target) => {
    const clock = fastClock(Date.now());
    await using drs = await startDrsSimulator({ clock: () => clock.now() });
    await using slack = await startSlackWorkspace();
    const log = keptLog();
    const config = parseConfig(
      { ...(await environment('socket', slack, drs)), IAM_DOMAIN: 'acme', ...env },
      isSchedule,
    );
    await expect(startBot(config, { clock, log })).rejects.toThrow(words);
    expect(log.lines.filter((line) => line.startsWith(`Not started yet: ${words}`))).toHaveLength(1);
    expect(drs.count(target)).toBeLessThanOrEqual(7);
    expect(drs.requests.filter((seen) => seen.target !== target)).toEqual([]);
  });

  test('is alive and not ready meanwhile, on a port that opens before anything else', async () => {
    await using slack = await startSlackWorkspace();
    await using drs = await startDrsSimulator();
    const port = await findFreePort();
    const given = { ...(await environment('socket', slack, drs)), ...keys(wrong), ...BY_REGION };
    const config = parseConfig({ ...given, OPS_PORT: String(port) }, isSchedule);
    const unwanted = new AbortController();
    const starting = startBot(config, { log: SILENT }, unwanted.signal).catch(String);
    const page = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}/${path}`).catch(() => null);
      return response === null ? 'closed' : `${response.status} ${await response.text()}`;
    };
    await expect
      .poll(() => page('readyz'))
      .toMatch(/^503 ✖ The bot is starting and waits for up to an hour: The secret key does not fit the access key/);
    expect(await page('livez')).toBe('200 ok\n');
    expect(await page('metrics')).toBe('503 ✖ The bot is starting: nothing is counted yet.\n');
    unwanted.abort();
    expect(await starting).toContain('Stopped before it had started.');
    expect(await page('livez')).toBe('closed');
  });

  test('goes on as soon as the right secret is in its file', async () => {
    await using slack = await startSlackWorkspace();
    await using drs = await startDrsSimulator();
    const path = join(await mkdtemp(join(tmpdir(), 'drs-bot-secrets-')), 'sk');
    await writeFile(path, 'wrong');
    const given = { ...(await environment('socket', slack, drs)), ...keys(wrong), ...BY_REGION };
    const config = parseConfig({ ...given, HUAWEICLOUD_SDK_SK: '', HUAWEICLOUD_SDK_SK_FILE: path }, isSchedule);
    const clock: Clock = {
      ...systemClock,
      sleep: (ms, signal) =>
        ms === 5_000 ? writeFile(path, SIMULATED_KEYS.permanent.secretKey) : systemClock.sleep(ms, signal),
    };
    const bot = await startBot(config, { clock, log: SILENT });
    await bot.stop();
    expect(drs.count('projects')).toBe(2);
  });

  test('ends at a SIGTERM, and has done nothing wrong', async () => {
    await using slack = await startSlackWorkspace();
    await using drs = await startDrsSimulator();
    const given = { ...(await environment('socket', slack, drs)), ...keys(wrong), ...BY_REGION, LOG_LEVEL: 'info' };
    const bot = startProcess(given);
    await bot.printed('Not started yet: The secret key does not fit the access key');
    const { code, ms } = await bot.end('SIGTERM');
    expect({ code, inTime: ms < 5_000 }).toEqual({ code: 0, inTime: true });
  }, 30_000);
});

describe('a start with an IAM address that is wrong', () => {
  const byKey = { ...keys(SIMULATED_KEYS.permanent), ...BY_REGION };

  test.each([
    ['an access key', byKey],
    ['a password', BY_REGION],
  ])('says where IAM was looked for, with %s', async (_how, env) => {
    await expect(startWorld({ env: { ...env, IAM_ENDPOINT: 'http://127.0.0.1:1' } })).rejects.toThrow(
      'IAM cannot be reached at 127.0.0.1:1 (ECONNREFUSED), and the project id is to be had there: check IAM_ENDPOINT',
    );
  });

  test('names the setting when there is no IAM at it', async () => {
    await using nowhere = await startDrsSimulator();
    nowhere.faults.next('projects', { kind: 'status', status: 404, body: '{"error_code":"APIGW.0101"}' });
    await expect(startWorld({ env: { ...byKey, IAM_ENDPOINT: nowhere.endpoint } })).rejects.toThrow(
      `Whoever answers at ${new URL(nowhere.endpoint).host} is not IAM: check IAM_ENDPOINT. (APIGW.0101)`,
    );
  });
});

describe('a person who asks while DRS refuses the key', () => {
  test.each([
    ['is locked', 0, 6, 'The access key is locked after too many failed signatures: check HUAWEICLOUD_SDK_SK'],
    [
      'comes from a clock that is off',
      3 * 60 * 60_000,
      0,
      "The clock of the bot's machine is 180 min behind the cloud's",
    ],
  ])('is told that it %s, and what to do', async (_what, aheadMs, strangers, sentence) => {
    let skewMs = 0;
    await using world = await startWorld({
      env: keys(SIMULATED_KEYS.permanent),
      simulator: { clock: () => Date.now() + skewMs },
    });
    world.slack.addChannel('migrations');
    const job = world.drs.addJob('PAUSING');
    await world.ask('ana', '#migrations', `/drs ${job.id}`);
    skewMs = aheadMs;
    const { accessKey } = SIMULATED_KEYS.permanent;
    for (let stranger = 0; stranger < strangers; stranger++) {
      const forged = `SDK-HMAC-SHA256 Access=${accessKey}, SignedHeaders=x-sdk-date, Signature=${'0'.repeat(64)}`;
      const headers = { authorization: forged, 'x-sdk-date': sdkDate(Date.now()) };
      await fetch(`${world.drs.endpoint}/v3/projects`, { headers });
    }
    const answer = await world.ask('ana', '#migrations', `/drs ${job.id}`);
    expect(answer.text).toMatch(/⏸️ \S+ – paused/);
    expect(answer.text).toContain(`Could not ask DRS just now: ${sentence}`);
  });
});

describe('a channel, while DRS refuses the key,', () => {
  test('is told so much, and what to do only whoever asks for themselves', async () => {
    await using world = await startWorld({ env: keys(SIMULATED_KEYS.permanent) });
    const { slack, drs } = world;
    slack.addChannel('migrations');
    const job = drs.addJob('FULL_TRANSFER_STARTED', {}, { name: 'orders' });
    await world.ask('ana', '#migrations', '/drs subscribe orders');
    job.becomes('INCRE_TRANSFER_STARTED');
    await world.bot().tick();
    const told = await world.nextMessage('#migrations', 1);
    drs.keys.set({ ...SIMULATED_KEYS.permanent, secretKey: 'rotated' });
    await slack.people.click('ana', told, 'Refresh');
    const brief = 'Access to DRS is refused: tell the operator of this bot.';
    await slack.waitFor('the refreshed line', () => world.texts('#migrations').find((text) => text.includes(brief)));
    await slack.people.type('ana', '#migrations', '/drs orders public');
    expect((await world.nextMessage('#migrations', 2)).text).toContain(brief);
    expect(world.texts('#migrations').join()).not.toMatch(/HUAWEICLOUD|APIGW/);
    expect((await world.ask('ana', '#migrations', '/drs orders')).text).toContain('check HUAWEICLOUD_SDK_SK');
  });
});

describe('a restart while IAM is down', () => {
  test.each([
    ['an access key', keys(SIMULATED_KEYS.permanent)],
    ['a password', {}],
  ])('with %s goes on with the project of the last run', async (_how, how) => {
    await using world = await startWorld({ env: { ...how, ...BY_REGION } });
    world.slack.addChannel('migrations');
    const job = world.drs.addJob('PAUSING');
    await world.stop();
    const down = { kind: 'status' as const, status: 503 };
    world.drs.faults.next('projects', down, 9);
    world.drs.faults.next('login', down, 6);
    await world.start();
    expect((await world.ask('ana', '#migrations', `/drs ${job.id}`)).text).toMatch(/⏸️ \S+ – paused/);
  });
});

describe('secrets in files', () => {
  test('are read at the start, and again after they were refused', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'drs-bot-secrets-'));
    const file = async (name: string, value: string) => {
      await writeFile(join(folder, name), `${value}\n`);
      return join(folder, name);
    };
    const { accessKey, secretKey } = SIMULATED_KEYS.permanent;
    const env = {
      ...BLANK_LOGIN,
      HUAWEICLOUD_SDK_AK_FILE: await file('ak', accessKey),
      HUAWEICLOUD_SDK_SK_FILE: await file('sk', secretKey),
    };
    await using world = await startWorld({ env });
    world.slack.addChannel('migrations');
    const job = world.drs.addJob('PAUSING');
    expect((await world.ask('ana', '#migrations', `/drs ${job.id}`)).text).toContain('paused');
    world.drs.keys.set({ accessKey, secretKey: 'rotated', securityToken: null });
    expect((await world.ask('ana', '#migrations', `/drs ${job.id}`)).text).toContain(
      'The secret key does not fit the access key: check HUAWEICLOUD_SDK_SK',
    );
    await file('sk', 'rotated');
    expect((await world.ask('ana', '#migrations', `/drs ${job.id}`)).text).toMatch(/⏸️ \S+ – paused/);
  });

  test('also a password, which is tried at once when it has changed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'drs-bot-secrets-'));
    const path = join(folder, 'password');
    await writeFile(path, 'correct horse');
    await using world = await startWorld({ env: { IAM_PASSWORD: '', IAM_PASSWORD_FILE: path } });
    world.slack.addChannel('migrations');
    const job = world.drs.addJob('PAUSING');
    await world.ask('ana', '#migrations', `/drs ${job.id}`);
    world.drs.iam.revokeTokens();
    world.drs.iam.changePassword('battery staple');
    expect((await world.ask('ana', '#migrations', `/drs ${job.id}`)).text).toContain('IAM does not accept');
    await writeFile(path, 'battery staple');
    expect((await world.ask('ana', '#migrations', `/drs ${job.id}`)).text).toMatch(/⏸️ \S+ – paused/);
  });
});
