import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { SIMULATED_KEYS } from '../../src/demo/drs-simulator/simulator.ts';
import { sdkDate } from '../../src/drs/sign-request.ts';
import { startWorld } from '../support/world.ts';

const BLANK_LOGIN = { IAM_DOMAIN: '', IAM_USER: '', IAM_PASSWORD: '' };
const keys = ({ accessKey, secretKey, securityToken }: (typeof SIMULATED_KEYS)[keyof typeof SIMULATED_KEYS]) => ({
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
    expect(world.drs.requests.every((seen) => seen.status !== null && seen.status < 300)).toBe(true);
  });
});

describe('a start', () => {
  test('without the project of the region ends in a sentence', async () => {
    const env = { ...keys(SIMULATED_KEYS.permanent), DRS_PROJECT_ID: '', DRS_REGION: 'eu-west-101' };
    await expect(startWorld({ env })).rejects.toThrow(
      'IAM knows no project eu-west-101 for these credentials: check DRS_REGION, or set DRS_PROJECT_ID (console: My Credentials).',
    );
  });

  test('with a password for a region that IAM does not know ends in a sentence', async () => {
    const env = { DRS_PROJECT_ID: '', DRS_REGION: 'eu-west-101' };
    await expect(startWorld({ env })).rejects.toThrow('IAM does not find the login address or the project');
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
    expect(answer.text).toContain('⚪ UNKNOWN');
    expect(answer.text).toContain(sentence);
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
    expect((await world.ask('ana', '#migrations', `/drs ${job.id}`)).text).toContain('⏸️ Paused');
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
    expect((await world.ask('ana', '#migrations', `/drs ${job.id}`)).text).toContain('Paused');
    world.drs.keys.set({ accessKey, secretKey: 'rotated', securityToken: null });
    expect((await world.ask('ana', '#migrations', `/drs ${job.id}`)).text).toContain(
      'The secret key does not fit the access key: check HUAWEICLOUD_SDK_SK',
    );
    await file('sk', 'rotated');
    expect((await world.ask('ana', '#migrations', `/drs ${job.id}`)).text).toContain('⏸️ Paused');
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
    expect((await world.ask('ana', '#migrations', `/drs ${job.id}`)).text).toContain('⏸️ Paused');
  });
});
