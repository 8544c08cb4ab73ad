import { inspect } from 'node:util';

import { describe, expect, test } from 'vitest';

import { ConfigError } from '../../src/config/config-error.ts';
import { parseConfig, secretsOf } from '../../src/config/config.ts';
import { isSchedule } from '../../src/runtime/cron.ts';

const COMPLETE = {
  SLACK_BOT_TOKEN: 'xoxb-secret-1',
  SLACK_APP_TOKEN: 'xapp-secret-2',
  DRS_REGION: 'ap-southeast-1',
  DRS_PROJECT_ID: '054ba152d480d55b2f5dc0069e7ddef0',
  IAM_DOMAIN: 'acme',
  IAM_USER: 'drs-bot',
  IAM_PASSWORD: 'pass-secret-3',
};

const SIGNING = '8f742231b10e8888abcd99yyyzzz85a5';

/** Files by path; any other cannot be read. */
const FILES: Record<string, string> = {
  '/run/secrets/token': ' xoxb-secret-6\n',
  '/run/secrets/sk': 'secret-7\n',
  '/run/secrets/empty': '\n',
  '/run/secrets/quoted': '"secret-7"\n',
  '/run/secrets/credentials.csv':
    '\uFEFFUser Name,Access Key Id,Secret Access Key\r\n"drs-bot",AKOFTHECONSOLE,secret-9\r\n',
  '/run/secrets/two.csv': 'User Name,Access Key Id,Secret Access Key\na,AKA,SKA\nb,AKB,SKB\n',
};
function readFile(path: string): string {
  const text = FILES[path];
  if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  return text;
}
const parse = (changes: Record<string, string | undefined> = {}) =>
  parseConfig({ ...COMPLETE, ...changes }, isSchedule, readFile);
const problems = (changes: Record<string, string | undefined>) => {
  try {
    parse(changes);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

describe('the environment', () => {
  test('needs little: the rest has defaults', () => {
    expect(parse()).toMatchObject({
      slack: { apiUrl: 'https://slack.com/api/', command: '/drs', receiver: { mode: 'socket' } },
      drs: {
        endpoint: 'https://drs.ap-southeast-1.myhuaweicloud.com',
        iamEndpoint: 'https://iam.ap-southeast-1.myhuaweicloud.com',
        language: 'en-us',
        batchSize: 10,
        maxRps: 5,
      },
      pollSchedule: '* * * * *',
      databaseUrl: 'sqlite:data/drs-bot.db',
      keep: { deliveriesDays: 30, eventsDays: 400, unwatchedDays: 30 },
      operations: { channelId: null },
      logLevel: 'info',
    });
  });

  test('says how long things are kept, and never forgets an event before the message that tells it', () => {
    expect(parse({ KEEP_DELIVERIES_DAYS: '7', KEEP_EVENTS_DAYS: '7', KEEP_UNWATCHED_DAYS: '1' }).keep).toEqual({
      deliveriesDays: 7,
      eventsDays: 7,
      unwatchedDays: 1,
    });
    expect(problems({ KEEP_DELIVERIES_DAYS: '60', KEEP_EVENTS_DAYS: '59' })).toEqual([
      'KEEP_EVENTS_DAYS: is less than KEEP_DELIVERIES_DAYS (60); a message needs the events it tells, so keep them at least as long',
    ]);
    expect(problems({ KEEP_DELIVERIES_DAYS: '0' })).toEqual([
      'KEEP_DELIVERIES_DAYS: expected a whole number from 1 to 3650',
    ]);
  });

  test('names the channel of the operator by its id', () => {
    expect(parse({ OPS_CHANNEL: 'C0123456789' }).operations).toEqual({
      channelId: 'C0123456789',
    });
    expect(problems({ OPS_CHANNEL: '#ops' })).toEqual([
      "OPS_CHANNEL: expected a channel id like C0123456789 (in Slack: the channel's name, at the bottom of About)",
    ]);
  });

  test('with both ways in uses the socket, with the signing secret alone the port', () => {
    expect(parse({ SLACK_SIGNING_SECRET: SIGNING }).slack.receiver.mode).toBe('socket');
    expect(parse({ SLACK_SIGNING_SECRET: SIGNING, SLACK_APP_TOKEN: '', PORT: '8080' }).slack.receiver).toMatchObject({
      mode: 'http',
      port: 8080,
      host: '127.0.0.1',
    });
  });

  test('takes addresses with or without scheme and trailing slash', () => {
    const config = parse({
      SLACK_API_URL: 'http://127.0.0.1:1/api',
      DRS_ENDPOINT: 'drs.example.com/',
      IAM_ENDPOINT: 'http://127.0.0.1:2/',
    });
    expect([config.slack.apiUrl, config.drs.endpoint, config.drs.iamEndpoint]).toEqual([
      'http://127.0.0.1:1/api/',
      'https://drs.example.com',
      'http://127.0.0.1:2',
    ]);
  });

  test('with an access key signs with it, whatever else is set', () => {
    const keys = { HUAWEICLOUD_SDK_AK: 'AK', HUAWEICLOUD_SDK_SK: 'SK' };
    expect(parse().drs.credentials.kind).toBe('password');
    expect(parse(keys).drs.credentials).toMatchObject({ kind: 'keys', securityToken: null });
    const temporary = parse({ ...keys, HUAWEICLOUD_SDK_SECURITY_TOKEN: 'T' }).drs.credentials;
    expect(temporary.kind === 'keys' && temporary.securityToken?.reveal()).toBe('T');
  });

  test('leaves the project to be looked up when only the region is known', () => {
    expect(parse({ DRS_PROJECT_ID: '' }).drs).toMatchObject({ projectId: null, region: 'ap-southeast-1' });
  });

  test('lets everybody in everywhere unless people or channels are listed', () => {
    expect(parse().access).toEqual({ users: null, channels: null });
    expect(parse({ ALLOWED_USERS: ' ', ALLOWED_CHANNELS: '' }).access).toEqual({ users: null, channels: null });
    const listed = parse({ ALLOWED_USERS: 'U012AB3CD, W012AB3CD,', ALLOWED_CHANNELS: 'C012AB3CD G012AB3CD D012AB3CD' });
    expect(listed.access).toEqual({
      users: new Set(['U012AB3CD', 'W012AB3CD']),
      channels: new Set(['C012AB3CD', 'G012AB3CD', 'D012AB3CD']),
    });
  });

  test('knows the console of Huawei Cloud, and takes any other', () => {
    expect(parse().drs.consoleUrl).toContain('https://console-intl.huaweicloud.com/drs/?region={region}');
    expect(parse({ DRS_REGION: 'eu-de' }).drs.consoleUrl).toBeNull();
    expect(parse({ DRS_CONSOLE_URL: 'https://c.example/{job}' }).drs.consoleUrl).toBe('https://c.example/{job}');
  });

  test('takes secrets from files and reads them again when asked to', () => {
    const config = parse({ SLACK_BOT_TOKEN: '', SLACK_BOT_TOKEN_FILE: '/run/secrets/token' });
    expect(config.slack.botToken.reveal()).toBe('xoxb-secret-6');
    expect(config.slack.botToken.reread()).toBe(false);
    const keys = parse({ HUAWEICLOUD_SDK_AK: 'AK', HUAWEICLOUD_SDK_SK_FILE: '/run/secrets/sk' }).drs.credentials;
    if (keys.kind !== 'keys') throw new Error('no keys');
    FILES['/run/secrets/sk'] = 'rotated';
    expect([keys.secretKey.reread(), keys.secretKey.reveal()]).toEqual([true, 'rotated']);
    delete FILES['/run/secrets/sk'];
    expect([keys.secretKey.reread(), keys.secretKey.reveal()]).toEqual([false, 'rotated']);
    FILES['/run/secrets/sk'] = 'secret-7\n';
    expect(keys.accessKey.reread()).toBe(false);
  });

  test('opens no port for the operator and sends no heartbeat unless it is told to', () => {
    expect(parse()).toMatchObject({ ops: null, heartbeatUrl: null });
    expect(parse({ OPS_PORT: '9464' }).ops).toEqual({ host: '127.0.0.1', port: 9464 });
    expect(parse({ OPS_PORT: '9464', OPS_HOST: '0.0.0.0' }).ops).toEqual({ host: '0.0.0.0', port: 9464 });
    expect(parse({ HEARTBEAT_URL: 'https://hc-ping.com/secret-8' }).heartbeatUrl?.reveal()).toContain('secret-8');
  });

  test('knows all its secrets, for the log to leave out', () => {
    const url = 'https://hc-ping.com/secret-8';
    expect(secretsOf(parse({ HEARTBEAT_URL: url }))).toEqual(['xoxb-secret-1', 'xapp-secret-2', 'pass-secret-3', url]);
    const keys = { HUAWEICLOUD_SDK_AK: 'AK', HUAWEICLOUD_SDK_SK: 'SK', HUAWEICLOUD_SDK_SECURITY_TOKEN: 'T' };
    expect(secretsOf(parse({ ...keys, SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET: SIGNING }))).toEqual([
      'xoxb-secret-1',
      SIGNING,
      'AK',
      'SK',
      'T',
    ]);
  });

  test('is told about all its mistakes at once', () => {
    expect(
      problems({
        SLACK_BOT_TOKEN: undefined,
        PORT: 'many',
        POLL_SCHEDULE: 'often',
        POLL_TIMEZONE: 'Middle/Earth',
        DRS_BATCH_SIZE: '0',
        LOG_LEVEL: 'loud',
      }),
    ).toEqual([
      'SLACK_BOT_TOKEN: is missing; expected the bot token of your Slack app, xoxb-…',
      'PORT: expected a whole number from 0 to 65535',
      'DRS_BATCH_SIZE: expected a whole number from 1 to 100',
      'POLL_TIMEZONE: expected the name of a time zone like Europe/Berlin',
      'LOG_LEVEL: expected debug, info, warn, error or silent',
      'POLL_SCHEDULE: expected a cron pattern of five fields like * * * * * (every minute), or six with seconds first',
    ]);
  });

  test.each([
    [
      { SLACK_APP_TOKEN: undefined },
      'SLACK_APP_TOKEN: is missing, and so is SLACK_SIGNING_SECRET; set the app token (xapp-…) for Socket Mode, or the signing secret for HTTP',
    ],
    [
      { SLACK_BOT_TOKEN: 'xapp-1' },
      'SLACK_BOT_TOKEN: expected the bot token, which begins with xoxb- (OAuth & Permissions page of your Slack app); this is an app-level token: it belongs into SLACK_APP_TOKEN',
    ],
    [
      { SLACK_APP_TOKEN: 'xoxb-1' },
      'SLACK_APP_TOKEN: expected an app-level token, which begins with xapp- (Basic Information page of your Slack app); this is the bot token: it belongs into SLACK_BOT_TOKEN',
    ],
    [
      { SLACK_BOT_TOKEN: 'xoxp-1' },
      'SLACK_BOT_TOKEN: expected the bot token, which begins with xoxb- (OAuth & Permissions page of your Slack app); this is the token of a person',
    ],
    [
      { SLACK_APP_TOKEN: 'xapp-' },
      'SLACK_APP_TOKEN: expected an app-level token, which begins with xapp- (Basic Information page of your Slack app); this is only the beginning of one',
    ],
    [
      { SLACK_BOT_TOKEN: '"xoxb-1"' },
      'SLACK_BOT_TOKEN: expected the bot token, which begins with xoxb- (OAuth & Permissions page of your Slack app)',
      'SLACK_BOT_TOKEN: has quotes around it; expected the secret without them',
    ],
    [
      { HUAWEICLOUD_SDK_AK: 'AK', HUAWEICLOUD_SDK_SK: "'secret'" },
      'HUAWEICLOUD_SDK_SK: has quotes around it; expected the secret without them',
    ],
    [
      { HUAWEICLOUD_SDK_AK: 'AK', HUAWEICLOUD_SDK_SK: 'secret # of the bot' },
      'HUAWEICLOUD_SDK_SK: has a comment behind it; expected the secret alone',
    ],
    [
      { HUAWEICLOUD_SDK_AK: 'AK', HUAWEICLOUD_SDK_SK: 'sec\nret' },
      'HUAWEICLOUD_SDK_SK: has a line break in it; expected the secret alone, on one line',
    ],
    [
      { HUAWEICLOUD_SDK_AK: 'AK key', HUAWEICLOUD_SDK_SK: 'secret' },
      'HUAWEICLOUD_SDK_AK: has a blank in it; expected the secret alone',
    ],
    [
      { HUAWEICLOUD_SDK_AK: 'AK', HUAWEICLOUD_SDK_SK_FILE: '/run/secrets/quoted' },
      'HUAWEICLOUD_SDK_SK_FILE: the secret in /run/secrets/quoted has quotes around it; expected the secret without them',
    ],
    [
      { HUAWEICLOUD_SDK_AK_FILE: '/run/secrets/two.csv', HUAWEICLOUD_SDK_SK: 'secret' },
      "HUAWEICLOUD_SDK_AK_FILE: /run/secrets/two.csv holds 2 access keys; expected the console's file of one",
    ],
    [
      { IAM_PASSWORD: '', IAM_PASSWORD_FILE: '/run/secrets/credentials.csv' },
      "IAM_PASSWORD_FILE: /run/secrets/credentials.csv is the console's file of an access key, which does not hold this secret",
    ],
    [
      { HTTPS_PROXY: 'socks5://proxy.example' },
      'HTTPS_PROXY: expected the address of an HTTP proxy like http://proxy.example.com:3128',
    ],
    [
      { https_proxy: 'http://bot:secret@' },
      'https_proxy: expected the address of an HTTP proxy like http://proxy.example.com:3128',
    ],
    [
      { NODE_EXTRA_CA_CERTS: '/nowhere' },
      'NODE_EXTRA_CA_CERTS: /nowhere cannot be read (ENOENT); expected a file with certificates in PEM',
    ],
    [
      { NODE_EXTRA_CA_CERTS: '/run/secrets/sk' },
      'NODE_EXTRA_CA_CERTS: /run/secrets/sk holds no certificate in PEM; expected a file that begins with -----BEGIN CERTIFICATE-----',
    ],
    [
      { DRS_REGION: undefined },
      'DRS_REGION: is missing; expected a region id like ap-southeast-1, or both DRS_ENDPOINT and IAM_ENDPOINT',
    ],
    [{ DRS_REGION: 'Dublin' }, 'DRS_REGION: expected a region id like ap-southeast-1'],
    [
      { DRS_ENDPOINT: 'ftp://x' },
      'DRS_ENDPOINT: expected a web address like https://drs.ap-southeast-1.myhuaweicloud.com',
    ],
    [
      { SLACK_COMMAND: 'drs' },
      'SLACK_COMMAND: expected a slash command like /drs: a slash and up to 31 characters without blanks',
    ],
    [
      { IAM_USER: undefined, IAM_PASSWORD: undefined, IAM_DOMAIN: undefined },
      'HUAWEICLOUD_SDK_AK: is missing, and so is IAM_USER; set an access key (HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK), or IAM_DOMAIN, IAM_USER and IAM_PASSWORD',
    ],
    [{ IAM_PASSWORD: undefined }, "IAM_PASSWORD: is missing; expected the IAM user's password"],
    [{ HUAWEICLOUD_SDK_AK: 'AK' }, 'HUAWEICLOUD_SDK_SK: is missing; an access key has two parts'],
    [
      { DRS_REGION: undefined, DRS_PROJECT_ID: undefined, DRS_ENDPOINT: 'x', IAM_ENDPOINT: 'y' },
      'DRS_PROJECT_ID: is missing; expected the project id of your region (console: My Credentials), or DRS_REGION to look it up',
    ],
    [
      { SLACK_APP_TOKEN_FILE: '/run/secrets/token' },
      'SLACK_APP_TOKEN: is set as well as SLACK_APP_TOKEN_FILE; set one of the two',
    ],
    [
      { IAM_PASSWORD: '', IAM_PASSWORD_FILE: '/nowhere' },
      'IAM_PASSWORD_FILE: /nowhere cannot be read (ENOENT); expected a file with the secret in it',
    ],
    [
      { IAM_PASSWORD: '', IAM_PASSWORD_FILE: '/run/secrets/empty' },
      'IAM_PASSWORD_FILE: /run/secrets/empty is empty; expected the secret in it',
    ],
    [
      { ALLOWED_USERS: 'U012AB3CD,@ana W012AB3CD' },
      'ALLOWED_USERS: expected user ids like U012AB3CD (Slack: profile, ⋮, Copy member ID), separated by commas; number 2 of 3 is not one',
    ],
    [
      { ALLOWED_CHANNELS: '#migrations' },
      'ALLOWED_CHANNELS: expected channel ids like C012AB3CD (Slack: channel details, at the bottom of About), separated by commas; number 1 of 1 is not one',
    ],
    [{ BOT_LANGUAGE: 'fr' }, 'BOT_LANGUAGE: expected en or zh'],
    [
      { DRS_CONSOLE_URL: 'console' },
      'DRS_CONSOLE_URL: expected an address with placeholders like https://console.example.com/drs?region={region}&job={job}',
    ],
    [{ DATABASE_URL: 'postgres://x' }, 'DATABASE_URL: expected sqlite: and a path, like sqlite:data/drs-bot.db'],
    [{ DRS_LANGUAGE: 'english' }, 'DRS_LANGUAGE: expected a language like en-us or zh-cn'],
    [{ OPS_PORT: 'any' }, 'OPS_PORT: expected a whole number from 0 to 65535'],
    [{ HEARTBEAT_URL: 'hc-ping.com' }, 'HEARTBEAT_URL: expected a web address like https://hc-ping.com/…'],
  ])('says what was wrong, what was expected and where to find it: %j', (changes, ...sentences) => {
    expect(problems(changes)).toEqual(sentences);
  });

  test("understands the file that the console gives with a new access key, for both of the key's settings", () => {
    const path = '/run/secrets/credentials.csv';
    const { credentials } = parse({ HUAWEICLOUD_SDK_AK_FILE: path, HUAWEICLOUD_SDK_SK_FILE: path }).drs;
    if (credentials.kind !== 'keys') throw new Error('no keys');
    expect([credentials.accessKey.reveal(), credentials.secretKey.reveal()]).toEqual(['AKOFTHECONSOLE', 'secret-9']);
    expect(credentials.secretKey.reread()).toBe(false);
  });

  test('takes a password as people choose them', () => {
    const { credentials } = parse({ IAM_PASSWORD: 'it\'s "quoted" in part, with blanks & ümlauts#' }).drs;
    expect(credentials.kind === 'password' && credentials.password.reveal()).toContain('ümlauts#');
  });

  test.each([
    ['https://iam.eu-de.otc.t-systems.com/v3', 'https://iam.eu-de.otc.t-systems.com'],
    ['https://iam.eu-de.otc.t-systems.com:443/v3/', 'https://iam.eu-de.otc.t-systems.com:443'],
    ['iam.example.com/v3/auth/tokens', 'https://iam.example.com'],
    ['https://drs.example.com/v5', 'https://drs.example.com'],
    ['https://gateway.example.com/drs', 'https://gateway.example.com/drs'],
  ])('takes the version off the address %s, which requests add themselves', (given, address) => {
    const { iamEndpoint, endpoint } = parse({ IAM_ENDPOINT: given, DRS_ENDPOINT: given }).drs;
    expect([iamEndpoint, endpoint]).toEqual([address, address]);
  });

  test('goes out directly unless a proxy is set, in capitals or small letters, and knows its password as a secret', () => {
    expect(parse().network).toEqual({ httpProxy: null, httpsProxy: null, noProxy: '', authorities: null });
    const config = parse({
      HTTP_PROXY: 'proxy.example:3128',
      HTTPS_PROXY: 'http://other.example',
      https_proxy: 'http://bot:hunter%2022@proxy.example:3128',
      no_proxy: 'localhost,.example.org',
    });
    expect(config.network).toEqual({
      httpProxy: 'http://proxy.example:3128/',
      httpsProxy: 'http://bot:hunter%2022@proxy.example:3128/',
      noProxy: 'localhost,.example.org',
      authorities: null,
    });
    expect(secretsOf(config)).toEqual(expect.arrayContaining(['hunter%2022', 'hunter 22']));
  });

  test('never shows a secret, neither in mistakes nor when printed', () => {
    const shown = `${problems({ SLACK_BOT_TOKEN: 'secret-4', SLACK_APP_TOKEN: 'secret-5' }).join()}${inspect(parse(), { depth: 9 })}${JSON.stringify(parse())}${String(parse().slack.botToken)}`;
    expect(shown).not.toContain('secret');
  });
});
