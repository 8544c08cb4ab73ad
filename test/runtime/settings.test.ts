import { describe, expect, test } from 'vitest';

import { readEnvFile } from '../../src/config/env-file.ts';
import { ConfigError } from '../../src/config/config-error.ts';
import { parseConfig } from '../../src/config/config.ts';
import { showSettings } from '../../src/config/show-settings.ts';
import { isSchedule } from '../../src/runtime/cron.ts';

const COMPLETE = {
  SLACK_BOT_TOKEN: 'xoxb-secret-1',
  SLACK_APP_TOKEN: 'xapp-secret-2',
  DRS_REGION: 'ap-southeast-1',
  HUAWEICLOUD_SDK_AK: 'AKAKAKAKAKAKAKAKAKAK',
  HUAWEICLOUD_SDK_SK: 'SKSKSKSKSKSKSKSKSKSKSKSKSKSKSKSKSKSKSKSK',
};
const read = (text: string, env: Record<string, string> = {}) =>
  readEnvFile({ ENV_FILE: '/etc/bot.env', ...env }, () => text);
const parse = (changes: Record<string, string>) => parseConfig({ ...COMPLETE, ...changes }, isSchedule);
const mistakes = (work: () => unknown): readonly string[] => {
  try {
    work();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

describe('the file that ENV_FILE names', () => {
  test.each([
    ['HEARTBEAT_URL=https://hc.example/ping?a=1&b=2', 'https://hc.example/ping?a=1&b=2'],
    ['POLL_SCHEDULE=*/5 * * * *', '*/5 * * * *'],
    ["POLL_SCHEDULE='*/5 * * * *'", '*/5 * * * *'],
    ['IAM_PASSWORD=pa$$word#1 # and more', 'pa$$word#1 # and more'],
    ['IAM_PASSWORD="with \\ and \' and "inside"', 'with \\ and \' and "inside'],
    ['  export DRS_REGION = eu-de  \r', 'eu-de'],
    ['IAM_PASSWORD=$(whoami)`id`${HOME}', '$(whoami)`id`${HOME}'],
  ])('is read as it stands there: %s', (line, value) => {
    const { env } = read(`\uFEFF# a comment\n\n${line}\n`);
    const name = /[A-Z_]{4,}/.exec(line)?.[0] ?? '';
    expect(env[name]).toBe(value);
  });

  test('is overruled by the environment, but not by what is blank there', () => {
    const { env, file } = read('LOG_LEVEL=debug\nDRS_REGION=eu-de\nPORT=1\n', {
      LOG_LEVEL: 'warn',
      DRS_REGION: ' ',
      PORT: '1',
    });
    expect([env['LOG_LEVEL'], env['DRS_REGION']]).toEqual(['warn', 'eu-de']);
    expect(file).toEqual({ path: '/etc/bot.env', gives: new Set(['DRS_REGION']), overruled: ['LOG_LEVEL'] });
  });

  test('that is not named is not looked for', () => {
    expect(readEnvFile({ ENV_FILE: ' ' }, () => 'A=b')).toEqual({ env: { ENV_FILE: ' ' }, file: null });
  });

  test('is told about all its mistakes at once, by their lines, and no value is shown', () => {
    const text = 'PORT 3000\nIAM_PASSWORD="secret\nTZ=UTC\nNODE_OPTIONS=x\nPORT=1\nPORT=2\nDRS_REGION="a" # b\n';
    expect(mistakes(() => read(text))).toEqual([
      'ENV_FILE: /etc/bot.env, line 1: expected NAME=value',
      'ENV_FILE: /etc/bot.env, line 2: IAM_PASSWORD begins with a quote and does not end with it; a value is one line, without quotes or with one pair around all of it',
      'ENV_FILE: /etc/bot.env, line 3: TZ is read before this file; set it in the environment itself',
      'ENV_FILE: /etc/bot.env, line 4: NODE_OPTIONS is read before this file; set it in the environment itself',
      'ENV_FILE: /etc/bot.env, line 6: PORT is there a second time; keep one of them',
      'ENV_FILE: /etc/bot.env, line 7: DRS_REGION begins with a quote and does not end with it; a value is one line, without quotes or with one pair around all of it',
    ]);
  });

  test('that is not there says so', () => {
    expect(mistakes(() => readEnvFile({ ENV_FILE: '/nowhere/bot.env' }))).toEqual([
      'ENV_FILE: /nowhere/bot.env cannot be read (ENOENT); expected a file with lines NAME=value',
    ]);
  });
});

describe('a name that is no setting', () => {
  test.each([
    ['ALLOWED_USER', 'ALLOWED_USERS'],
    ['ALLOWED_CHANELS', 'ALLOWED_CHANNELS'],
    ['allowed_users', 'ALLOWED_USERS'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['HEATBEAT_URL', 'HEARTBEAT_URL'],
    ['POLL_SHCEDULE', 'POLL_SCHEDULE'],
    ['SLACK_BOT_TOKEN_FLE', 'SLACK_BOT_TOKEN_FILE'],
    ['OPS_CHANEL', 'OPS_CHANNEL'],
    ['ENV_FILES', 'ENV_FILE'],
  ])('and is near one is refused: %s', (name, meant) => {
    expect(mistakes(() => parse({ [name]: 'x' }))).toEqual([
      `${name}: there is no such setting; ${meant} was probably meant`,
    ]);
  });

  test('and asks for a file of what is no secret is refused', () => {
    expect(mistakes(() => parse({ DATABASE_URL_FILE: '/run/secrets/url' }))).toEqual([
      'DATABASE_URL_FILE: is not read, because DATABASE_URL is no secret; set DATABASE_URL itself',
    ]);
  });

  test('and begins like one is warned of', () => {
    expect(parse({ DRS_TIMEOUT: '5', HUAWEICLOUD_SDK_REGION_ID: 'x' }).warnings).toEqual([
      'DRS_TIMEOUT is set, and is no setting of this bot: it changes nothing.',
      'HUAWEICLOUD_SDK_REGION_ID is set, and is no setting of this bot: it changes nothing.',
    ]);
  });

  test('and belongs to somebody else is left alone', () => {
    const others = {
      PATH: '/bin',
      HOSTNAME: 'a',
      HOSTS: 'a',
      PORTS: '1',
      LOGLEVEL: 'info',
      HTTPS_PROXY: 'http://p',
      SLACK_CLI_XOXB: 'x',
      DRS_SLACK_BOT_SERVICE_HOST: '10.0.0.1',
      DRS_SLACK_BOT_SERVICE_PORT_OPS: '9464',
      DRS_SLACK_BOT_PORT: 'tcp://10.0.0.1:9464',
      DRS_SLACK_BOT_PORT_9464_TCP_ADDR: '10.0.0.1',
    };
    expect(parse(others).warnings).toEqual([]);
  });

  test('or is blank is nothing at all', () => {
    expect(parse({ ALLOWED_USER: ' ' }).warnings).toEqual([]);
  });
});

describe('a secret', () => {
  test.each([
    ['SLACK_BOT_TOKEN', 'xoxb-...', 'is still what stands in an example; put your own there'],
    ['SLACK_BOT_TOKEN', 'xoxb-your-token', 'is still what stands in an example; put your own there'],
    ['HUAWEICLOUD_SDK_SK', '<secret key>', 'is still what stands in an example; put your own there'],
    ['HUAWEICLOUD_SDK_SK', 'changeme', 'is still what stands in an example; put your own there'],
    ['HUAWEICLOUD_SDK_AK', 'xxxxxxxx', 'is still what stands in an example; put your own there'],
    [
      'HUAWEICLOUD_SDK_SK',
      '${SECRET_KEY}',
      'is the name of a variable that nobody has replaced with its value; put the secret itself there',
    ],
    [
      'SLACK_SIGNING_SECRET',
      'short',
      "has 5 characters, and Slack's have 32; copy it again (Basic Information page of your Slack app)",
    ],
  ])('cannot be this one by its looks: %s=%s', (name, value, sentence) => {
    expect(mistakes(() => parse({ [name]: value }))).toContain(`${name}: ${sentence}`);
  });

  test('whose length is unusual is warned of', () => {
    expect(parse({ HUAWEICLOUD_SDK_AK: 'AK' }).warnings).toEqual([
      'HUAWEICLOUD_SDK_AK has 2 characters, and such keys have 20: if the cloud refuses it, copy it again.',
    ]);
    expect(parse({}).warnings).toEqual([]);
  });
});

test('what is in force is shown with its source, and of a secret only how long it is', () => {
  const shown = showSettings({ ...COMPLETE, LOG_LEVEL: ' ' });
  expect(shown).toContainEqual({ name: 'SLACK_BOT_TOKEN', shows: 'SLACK_BOT_TOKEN (13 characters)', isDefault: false });
  expect(shown).toContainEqual({ name: 'DRS_REGION', shows: 'DRS_REGION=ap-southeast-1', isDefault: false });
  expect(shown).toContainEqual({ name: 'LOG_LEVEL', shows: 'LOG_LEVEL=info', isDefault: true });
  expect(shown).toContainEqual({ name: 'PORT', shows: 'PORT=3000', isDefault: true });
  expect(JSON.stringify(shown)).not.toContain('secret');
});
