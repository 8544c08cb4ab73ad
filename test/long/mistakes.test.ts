import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer as createWebServer } from 'node:http';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { SIMULATED_KEYS, startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import type { DrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import type { SlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import { MINUTE } from '../../src/domain/base/time.ts';
import { startProcess } from '../support/bot-process.ts';
import { running } from '../support/programs.ts';
import { environment } from '../support/world.ts';

/** A mistake must be named within this, in ms, whichever program meets it: what is waited for takes minutes. */
const AT_ONCE_MS = 15_000;

type Changes = Readonly<Record<string, string>>;

/** What a newcomer may get wrong. */
interface Mistake {
  readonly changes: (place: Place) => Changes;
  /** The setting it is about, or what else it is called by. */
  readonly names: string;
  /** What to do, as far as the sentence says it in these words. */
  readonly advice: string;
}

/** What is there to be used wrongly. */
interface Place {
  readonly takenPort: string;
  readonly folder: string;
  /** The address of something that shows a page to everybody, as a portal does. */
  readonly webPage: string;
  readonly slack: SlackWorkspace;
}

const { permanent, temporary } = SIMULATED_KEYS;
const LOOKED_UP = { DRS_PROJECT_ID: '', DRS_REGION: 'ap-southeast-1' };
const WITH_PASSWORD = {
  HUAWEICLOUD_SDK_AK: '',
  HUAWEICLOUD_SDK_SK: '',
  IAM_DOMAIN: 'acme',
  IAM_USER: 'drs-bot',
  IAM_PASSWORD: 'correct horse',
};
const plain = (changes: Changes, names: string, advice: string): Mistake => ({ changes: () => changes, names, advice });

/** A file with this text, for a mistake of which it is a part. */
function fileWith({ folder }: Place, text: string): string {
  const path = join(folder, randomUUID());
  writeFileSync(path, text);
  return path;
}

const inEnvFile = (text: string, names: string, advice: string): Mistake => ({
  changes: (place) => ({ ENV_FILE: fileWith(place, text) }),
  names,
  advice,
});

const MISTAKES: Readonly<Record<string, Mistake>> = {
  'no bot token': plain({ SLACK_BOT_TOKEN: '' }, 'SLACK_BOT_TOKEN', 'expected the bot token of your Slack app, xoxb-…'),
  'the app token as bot token': plain(
    { SLACK_BOT_TOKEN: 'xapp-1-A' },
    'SLACK_BOT_TOKEN',
    'it belongs into SLACK_APP_TOKEN',
  ),
  'the bot token as app token': plain(
    { SLACK_APP_TOKEN: 'xoxb-1-A' },
    'SLACK_APP_TOKEN',
    'it belongs into SLACK_BOT_TOKEN',
  ),
  'the token of a person': plain({ SLACK_BOT_TOKEN: 'xoxp-1-A' }, 'SLACK_BOT_TOKEN', 'OAuth & Permissions page'),
  'a revoked bot token': plain(
    { SLACK_BOT_TOKEN: 'xoxb-1-old' },
    'SLACK_BOT_TOKEN',
    'copy the Bot User OAuth Token again',
  ),
  'a revoked app token': plain(
    { SLACK_APP_TOKEN: 'xapp-1-old' },
    'SLACK_APP_TOKEN',
    'create an app-level token with the scope connections:write',
  ),
  'another address for Slack': plain(
    { SLACK_API_URL: 'http://127.0.0.1:2/api' },
    'SLACK_API_URL',
    'cannot be reached (ECONNREFUSED)',
  ),
  'a host for Slack that is not': plain(
    { SLACK_API_URL: 'http://slack.invalid/api' },
    'SLACK_API_URL',
    'There is no host slack.invalid',
  ),
  'no credentials': plain(
    { HUAWEICLOUD_SDK_AK: '', HUAWEICLOUD_SDK_SK: '' },
    'HUAWEICLOUD_SDK_AK',
    'set an access key',
  ),
  'an unknown access key': plain(
    { HUAWEICLOUD_SDK_AK: 'AKOFNOBODY0000000000' },
    'HUAWEICLOUD_SDK_AK',
    'that the key is not disabled or deleted',
  ),
  'a wrong secret key': plain(
    { HUAWEICLOUD_SDK_SK: 'not-the-secret' },
    'HUAWEICLOUD_SDK_SK',
    'does not fit the access key',
  ),
  'a secret key in quotes': plain(
    { HUAWEICLOUD_SDK_SK: `"${permanent.secretKey}"` },
    'HUAWEICLOUD_SDK_SK',
    'has quotes around it',
  ),
  'a temporary key without its token': plain(
    { HUAWEICLOUD_SDK_AK: temporary.accessKey, HUAWEICLOUD_SDK_SK: temporary.secretKey },
    'HUAWEICLOUD_SDK_SECURITY_TOKEN',
    'it is a temporary one: set',
  ),
  'a temporary key that has expired': plain(
    {
      HUAWEICLOUD_SDK_AK: temporary.accessKey,
      HUAWEICLOUD_SDK_SK: temporary.secretKey,
      HUAWEICLOUD_SDK_SECURITY_TOKEN: 'old',
    },
    'HUAWEICLOUD_SDK_SECURITY_TOKEN',
    'set a new HUAWEICLOUD_SDK_AK',
  ),
  'a wrong password': plain(
    { ...WITH_PASSWORD, IAM_PASSWORD: 'wrong' },
    'IAM_PASSWORD',
    'Check IAM_DOMAIN, IAM_USER and IAM_PASSWORD',
  ),
  'another region': plain(
    { ...LOOKED_UP, DRS_REGION: 'eu-west-101' },
    'DRS_REGION',
    'or set DRS_PROJECT_ID to the id of the one with your jobs',
  ),
  'another region, with a password': plain(
    { ...WITH_PASSWORD, ...LOOKED_UP, DRS_REGION: 'eu-west-101' },
    'DRS_REGION',
    'IAM knows no project eu-west-101 for this user',
  ),
  'a region by its city': plain(
    { ...LOOKED_UP, DRS_REGION: 'Hong Kong' },
    'DRS_REGION',
    'expected a region id like ap-southeast-1',
  ),
  'another project': plain({ DRS_PROJECT_ID: 'f'.repeat(32) }, 'DRS_PROJECT_ID', 'and that it belongs to this region'),
  'an address for DRS where nobody is': plain(
    { DRS_ENDPOINT: 'http://127.0.0.1:2' },
    'DRS_ENDPOINT',
    'cannot be reached (ECONNREFUSED)',
  ),
  'a host for DRS that is not': plain(
    { DRS_ENDPOINT: 'https://drs.nowhere.invalid' },
    'DRS_ENDPOINT',
    'There is no host drs.nowhere.invalid',
  ),
  'a host for IAM that is not': plain(
    { ...LOOKED_UP, IAM_ENDPOINT: 'https://iam.nowhere.invalid' },
    'IAM_ENDPOINT',
    'IAM cannot be reached at iam.nowhere.invalid (E',
  ),
  'Slack for IAM': {
    changes: ({ slack }) => ({ ...LOOKED_UP, IAM_ENDPOINT: slack.apiUrl }),
    names: 'IAM_ENDPOINT',
    advice: 'is not IAM: check',
  },
  'a proxy where nobody is': plain(
    { HTTP_PROXY: 'http://127.0.0.1:2' },
    'HTTP_PROXY',
    'cannot be reached (ECONNREFUSED): check',
  ),
  'a proxy of another kind': plain(
    { HTTPS_PROXY: 'socks5://127.0.0.1:2' },
    'HTTPS_PROXY',
    'expected the address of an HTTP proxy',
  ),
  'a file of authorities that is not there': plain(
    { NODE_EXTRA_CA_CERTS: '/nowhere/ca.pem' },
    'NODE_EXTRA_CA_CERTS',
    'cannot be read (ENOENT)',
  ),
  'a secret file that is not there': plain(
    { HUAWEICLOUD_SDK_SK: '', HUAWEICLOUD_SDK_SK_FILE: '/nowhere/sk' },
    'HUAWEICLOUD_SDK_SK_FILE',
    'cannot be read (ENOENT)',
  ),
  'a schedule in words': plain(
    { POLL_SCHEDULE: 'every minute' },
    'POLL_SCHEDULE',
    'expected a cron pattern of five fields',
  ),
  'a port for the operator in words': plain({ OPS_PORT: 'any' }, 'OPS_PORT', 'expected a whole number from 0 to 65535'),
  'a port for the operator that is taken': {
    changes: ({ takenPort }) => ({ OPS_PORT: takenPort }),
    names: 'OPS_PORT',
    advice: 'stop what uses it',
  },
  'a host for the operator that is of another machine': plain(
    { OPS_PORT: '0', OPS_HOST: '192.0.2.1' },
    'OPS_HOST',
    'this machine has no such address',
  ),
  'a port for Slack that is taken': {
    changes: ({ takenPort, slack }) => ({
      SLACK_APP_TOKEN: '',
      SLACK_SIGNING_SECRET: slack.signingSecret,
      PORT: takenPort,
    }),
    names: 'PORT',
    advice: 'stop what uses it',
  },
  'a folder for the database': {
    changes: ({ folder }) => ({ DATABASE_URL: `sqlite:${folder}` }),
    names: 'DATABASE_URL names a folder',
    advice: 'add the name of the file',
  },
  "the name of the operator's channel": plain({ OPS_CHANNEL: '#ops' }, 'OPS_CHANNEL', 'expected a channel id'),
  'a file of settings that is not there': plain(
    { ENV_FILE: '/nowhere/.env' },
    'ENV_FILE',
    'cannot be read (ENOENT); expected a file with lines NAME=value',
  ),
  'a folder as file of settings': {
    changes: ({ folder }) => ({ ENV_FILE: folder }),
    names: 'ENV_FILE',
    advice: 'cannot be read (EISDIR); expected a file with lines NAME=value',
  },
  'a line in the file of settings that sets nothing': inEnvFile(
    '# mine\nSLACK_COMMAND: /drs\n',
    'ENV_FILE',
    'line 2: expected NAME=value',
  ),
  'a setting twice in the file of settings': inEnvFile(
    'DRS_LANGUAGE=en-us\nDRS_LANGUAGE=zh-cn\n',
    'DRS_LANGUAGE',
    'is there a second time; keep one of them',
  ),
  'half a pair of quotes in the file of settings': inEnvFile(
    'SLACK_COMMAND="/drs\n',
    'SLACK_COMMAND',
    'a value is one line, without quotes or with one pair around all of it',
  ),
  'a setting of Node in the file of settings': inEnvFile(
    'NODE_EXTRA_CA_CERTS=/etc/ssl/own.pem\n',
    'NODE_EXTRA_CA_CERTS',
    'is read before this file; set it in the environment itself',
  ),
  'a misspelt setting in the file of settings': inEnvFile(
    'DRS_REGOIN=eu-de\n',
    'DRS_REGOIN',
    'DRS_REGION was probably meant',
  ),
  'a misspelt setting': plain({ ALLOWED_USER: 'U012AB3CD' }, 'ALLOWED_USER', 'ALLOWED_USERS was probably meant'),
  'a setting in small letters': plain({ drs_batch_size: '5' }, 'drs_batch_size', 'DRS_BATCH_SIZE was probably meant'),
  'a setting of another program': plain(
    { DRS_TOKEN: 'x' },
    'DRS_TOKEN',
    'is no setting of this bot: it changes nothing',
  ),
  'a file for what is no secret': plain({ DRS_REGION_FILE: '/etc/region' }, 'DRS_REGION_FILE', 'set DRS_REGION itself'),
  'a secret and a file for it': plain(
    { HUAWEICLOUD_SDK_SK_FILE: '/run/secrets/sk' },
    'HUAWEICLOUD_SDK_SK_FILE',
    'set one of the two',
  ),
  "the console's file of an access key for a token": {
    changes: (place) => ({
      SLACK_BOT_TOKEN: '',
      SLACK_BOT_TOKEN_FILE: fileWith(place, 'User Name,Access Key Id,Secret Access Key\n"bot","A","S"\n'),
    }),
    names: 'SLACK_BOT_TOKEN_FILE',
    advice: 'which does not hold this secret',
  },
  'names in place of ids': plain({ ALLOWED_USERS: 'U012AB3CD, @ana' }, 'ALLOWED_USERS', 'number 2 of 2 is not one'),
  'a command without its slash': plain({ SLACK_COMMAND: 'drs' }, 'SLACK_COMMAND', 'expected a slash command like /drs'),
  'a time zone by its letters': plain({ POLL_TIMEZONE: 'CEST' }, 'POLL_TIMEZONE', 'like Europe/Berlin'),
  'a database of another kind': plain(
    { DATABASE_URL: 'postgres://bot@db/drs' },
    'DATABASE_URL',
    'expected sqlite: and a path',
  ),
  'a file that is no database': {
    changes: (place) => ({ DATABASE_URL: `sqlite:${fileWith(place, 'SLACK_COMMAND=/drs\n'.repeat(100))}` }),
    names: 'DATABASE_URL',
    advice: 'is not a database this bot can read',
  },
  'the address of Slack without its path': {
    changes: ({ slack }) => ({ SLACK_API_URL: new URL(slack.apiUrl).origin }),
    names: 'SLACK_API_URL',
    advice: 'https://slack.com/api/',
  },
  'a web page for DRS': {
    changes: ({ webPage }) => ({ DRS_ENDPOINT: webPage }),
    names: 'DRS_ENDPOINT',
    advice: 'does not speak like DRS (HTTP 200, and no JSON): check DRS_ENDPOINT',
  },
  'a proxy in the way of everything': plain(
    { HTTP_PROXY: 'proxy.nowhere.invalid:3128' },
    'HTTP_PROXY',
    'cannot be reached (E',
  ),
  "an operator's channel of nobody": plain({ OPS_CHANNEL: 'C0NOWHERE' }, 'OPS_CHANNEL', 'check the id'),
};

let slack: SlackWorkspace;
let drs: DrsSimulator;
let place: Place;
let taken: Server;
let portal: Server;

beforeAll(async () => {
  [slack, drs] = await Promise.all([startSlackWorkspace(), startDrsSimulator()]);
  taken = createServer((socket) => socket.destroy());
  portal = createWebServer((_request, response) => response.end('<html>Welcome</html>'));
  const [takenPort, portalPort] = await Promise.all([portOf(taken), portOf(portal)]);
  const folder = await mkdtemp(join(tmpdir(), 'drs-bot-folder-'));
  place = { slack, takenPort, folder, webPage: `http://127.0.0.1:${portalPort}` };
});

/** The port on which it listens from now on. */
async function portOf(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? String(address.port) : '';
}

afterAll(async () => {
  taken.close();
  portal.close();
  await Promise.all([slack.stop(), drs.stop()]);
});

/** A set-up that works: with the key of a newcomer, and a log as it is by default. */
async function rightEnvironment(ofSlack: SlackWorkspace, ofDrs: DrsSimulator): Promise<Record<string, string>> {
  const env = await environment('socket', ofSlack, ofDrs);
  const key = { HUAWEICLOUD_SDK_AK: permanent.accessKey, HUAWEICLOUD_SDK_SK: permanent.secretKey };
  return { ...env, IAM_DOMAIN: '', IAM_USER: '', IAM_PASSWORD: '', ...key, LOG_LEVEL: 'info' };
}

/** All that a program says until it has named the mistake or ended, and how long that took, in ms. */
async function listen(program: 'src/main.ts' | 'src/operator/check.ts', env: Changes, wanted: readonly string[]) {
  const startedAt = performance.now();
  const process = startProcess(env, running(program));
  await Promise.race([process.ended(), ...wanted.slice(0, 1).map(() => named(process, wanted))]);
  const ms = performance.now() - startedAt;
  if (process.child.exitCode === null) await process.end('SIGTERM');
  return { said: process.output(), ms };
}

/** A bot that has not ended, as one that waits for a key to be mended, has named it when all of it is there. */
async function named(process: ReturnType<typeof startProcess>, wanted: readonly string[]): Promise<void> {
  await Promise.all(wanted.map((text) => process.printed(text))).catch(() => undefined);
}

/** The line of what was said that names the mistake, for a person to read. */
function sentenceOf(said: string, names: string): string {
  const lines = said.split('\n').filter((line) => line.includes(names) && !line.startsWith('–'));
  return lines.find((line) => /✖|^ {2}|error|refuse|cannot/i.test(line)) ?? lines[0] ?? said;
}

describe.each(['src/main.ts', 'src/operator/check.ts'] as const)(
  '%s names at once, by its setting and with what to do,',
  (program) => {
    test.each(Object.keys(MISTAKES))('%s', async (what) => {
      const mistake = MISTAKES[what];
      if (mistake === undefined) throw new TypeError('there is no such mistake');
      const env = { ...(await rightEnvironment(slack, drs)), ...mistake.changes(place) };
      const { said, ms } = await listen(program, env, [mistake.names, mistake.advice]);
      if (process.env['SHOW_MISTAKES'] !== undefined)
        console.log(`| ${what} | ${Math.round(ms)} ms | ${sentenceOf(said, mistake.names)} |`);
      expect(said).toContain(mistake.names);
      expect(said).toContain(mistake.advice);
      // Classes are called by their own names, and advice is not taken for a secret.
      expect(said).not.toMatch(/Error\d\b|Basic •••|Bearer •••/);
      expect(ms).toBeLessThan(AT_ONCE_MS);
    });

    test.each([
      [
        'an app token without connections:write',
        { appScopes: [] },
        'connections:write',
        'Press Generate Token and Scopes',
      ],
      [
        'a Slack app without chat:write',
        { scopes: ['commands', 'channels:read'] },
        'chat:write',
        'then press Reinstall to Workspace',
      ],
    ])('%s', async (_what, workspace, names, advice) => {
      await using poor = await startSlackWorkspace(workspace);
      const { said, ms } = await listen(program, await rightEnvironment(poor, drs), [names, advice]);
      expect(said).toContain(names);
      expect(said).toContain(advice);
      expect(ms).toBeLessThan(AT_ONCE_MS);
    });

    test('a clock that is three hours off', async () => {
      await using ahead = await startDrsSimulator({ clock: () => Date.now() + 180 * MINUTE });
      const { said, ms } = await listen(program, { ...(await rightEnvironment(slack, ahead)), ...LOOKED_UP }, [
        'NTP',
        'behind',
      ]);
      expect(said).toMatch(/behind the cloud's.*set (?:it|the clock) \(NTP\)/);
      expect(ms).toBeLessThan(AT_ONCE_MS);
    });

    test('a user whose login is protected', async () => {
      await using strict = await startDrsSimulator();
      strict.iam.protectLogin();
      const env = { ...(await rightEnvironment(slack, strict)), ...WITH_PASSWORD };
      const { said, ms } = await listen(program, { ...env, ...LOOKED_UP }, ['IAM_PASSWORD', 'use an access key']);
      expect(said).toContain('second factor');
      expect(said).toContain('mfa totp code verify fail');
      expect(ms).toBeLessThan(AT_ONCE_MS);
    });
  },
);

test.each(['src/main.ts', 'src/operator/check.ts'] as const)(
  '%s takes an address of IAM that ends in /v3',
  async (program) => {
    const env = { ...(await rightEnvironment(slack, drs)), ...LOOKED_UP, IAM_ENDPOINT: `${drs.endpoint}/v3` };
    const { said } = await listen(program, env, ['the bot is running']);
    expect(said).toMatch(/the bot is running|Nothing is wrong/);
  },
);
