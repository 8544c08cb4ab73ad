import { PassThrough } from 'node:stream';

import { describe, expect, test } from 'vitest';

import { createLogger } from '../../src/runtime/logger.ts';
import { scrub } from '../../src/runtime/scrub.ts';
import { en } from '../../src/words/en.ts';
import { zh } from '../../src/words/zh.ts';

/* Real-looking, none of them real. */
const SECRET = {
  bot: 'xoxb-2187654321-6543219876543-AbCdEfGhIjKlMnOpQrStUvWx',
  rotating: 'xoxe.xoxb-1-Mi0yLTIxODc2NTQzMjEtNjU0',
  app: 'xapp-1-A07ABCDEF12-7654321098765-0a1b2c3d4e5f60718293a4b5c6d7e8f9',
  signing: '8f742231b10e8888abcd99yyyzzz85a5',
  accessKey: 'QTWAOYTTINDUT2QVKYUC',
  secretKey: 'MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc',
  iamToken: `MIIEIgYJKoZIhvcNAQcCoIIEEzCCBA8CAQExDTALBglghkgBZQMEAgEwggI0${'Abc123+/'.repeat(40)}==`,
  securityToken: `gQpjbi1ub3J0aC00iYt${'Zm9v_-YmFy'.repeat(60)}`,
  password: 'corr"ect, horse\\battery',
  heartbeat: 'https://hc-ping.com/2f0c7e1c-5d0b-4b8e-9f57-0f0b8f3e9a11/drs-bot',
  responseUrl: 'https://hooks.slack.com/commands/T012AB3C4/5678901234567/AbCdEfGhIjKlMnOpQrStUvWx',
  signature: 'a7c1b2d3e4f5061728394a5b6c7d8e9f0a1b2c3d4e5f60718293a4b5c6d7e8f90',
};
/** What a configuration would name. */
const KNOWN = [SECRET.password, SECRET.heartbeat, SECRET.signing];

/** What must not be left of a secret: any eight characters of it in a row. */
function leftOf(text: string, secret: string): readonly string[] {
  const pieces = Array.from({ length: secret.length - 7 }, (_, at) => secret.slice(at, at + 8));
  return pieces.filter(
    (piece) => text.includes(piece) && !piece.includes('hooks') && !'https://hooks.slack.com/commands/'.includes(piece),
  );
}

/** The line a logger writes. */
async function logged(fields: object, message: string): Promise<string> {
  const lines: string[] = [];
  const destination = new PassThrough();
  destination.on('data', (line: Buffer) => lines.push(line.toString()));
  createLogger('info', () => KNOWN, destination).info(fields, message);
  await new Promise((resolve) => setImmediate(resolve));
  expect(lines).toHaveLength(1);
  return lines.join('');
}

/** What SDKs and servers say when a request fails: errors in errors, with the request inside. */
function failedRequest(): Error {
  const headers = {
    authorization: `Bearer ${SECRET.bot}`,
    'X-Auth-Token': SECRET.iamToken,
    'x-security-token': SECRET.securityToken,
    'X-Slack-Signature': `v0=${SECRET.signature}`,
    cookie: `d=${SECRET.rotating}; b=${SECRET.signing}`,
  };
  const body = JSON.stringify({ auth: { identity: { password: { user: { password: SECRET.password } } } } });
  const raw = [
    'X-Subject-Token',
    SECRET.iamToken,
    'Authorization',
    `SDK-HMAC-SHA256 Access=${SECRET.accessKey}, Signature=${SECRET.signature}`,
  ];
  const cause = Object.assign(new Error(`POST ${SECRET.responseUrl} failed: ${JSON.stringify(headers)}`), { raw });
  return Object.assign(new Error(`refused token=${SECRET.app}`, { cause }), {
    request: { headers, body },
    config: body,
  });
}

describe('a log line never holds', () => {
  test.each(Object.entries(SECRET))(
    'the %s of a failed request, wherever it is in the error',
    async (_name, secret) => {
      const line = await logged({ err: failedRequest(), again: { ...SECRET } }, `it failed: ${SECRET.heartbeat}`);
      expect(leftOf(line, secret)).toEqual([]);
    },
  );

  test.each([
    [`https://admin:${encodeURIComponent('s3cr3t/pass')}@proxy.example:3128/x`, 's3cr3t'],
    ['postgres://bot:hunter22hunter22@db.example/drs', 'hunter22'],
    [`wss://wss-primary.slack.com/link/?ticket=0f1e2d3c-aaaa-bbbb&app_id=A1`, '0f1e2d3c'],
    ['IAM_PASSWORD=hunter22hunter22', 'hunter22'],
    [`{"a":"{\\"b\\":\\"{\\\\\\"password\\\\\\":\\\\\\"hunter22 and more\\\\\\"}\\"}"}`, 'and more'],
    ['err: verify aksk signature fail, ak:QTWAOYTTINDUT2QVKYUC,x', 'QTWAOYTT'],
    [`incorrect AK QTWAOYTTINDUT2QVKYUC given`, 'QTWAOYTT'],
    [`with ${SECRET.secretKey} as secret`, 'MFyfvK41'],
    [`Authorization: Basic ${Buffer.from('drs-bot:hunter22').toString('base64')}`, 'ZHJzLWJv'],
    ['Authorization: Bearer hunterhunter', 'hunterhunter'],
    ['proxy-authorization: basic hunterhunter', 'hunterhunter'],
    ['refused Bearer eyJhbGciOi.x', 'eyJhbGciOi'],
    ['Set-Cookie: session=hunter22; Path=/', 'hunter22'],
    ['client_secret=hunter22&grant=x', 'hunter22'],
    ['IAM_PASSWORD: hunter22', 'hunter22'],
    ['X-Auth-Token: hunter22', 'hunter22'],
  ])('what is secret in %s', (text, secret) => {
    expect(text).toContain(secret);
    expect(scrub(text, [])).not.toContain(secret);
  });

  test('a secret that is only known by its value, however it is written', () => {
    const secret = 'two "words" & more';
    const forms = [
      secret,
      JSON.stringify({ x: secret }),
      JSON.stringify(JSON.stringify([secret])),
      `?x=${encodeURIComponent(secret)}`,
    ];
    for (const form of forms) expect(scrub(form, [secret])).not.toMatch(/two|more/);
    expect(scrub('GET /2f0c7e1c-5d0b-4b8e-9f57-0f0b8f3e9a11/drs-bot', [SECRET.heartbeat])).toBe('GET •••');
  });
});

describe('a log line keeps', () => {
  test.each(['en', 'zh'] as const)('every sentence there is in %s', (language) => {
    const sentences = Object.values(language === 'en' ? en : zh);
    expect(sentences.map((sentence) => scrub(sentence, []))).toEqual(sentences);
  });

  test.each([
    'the bot is running',
    '{"job":"6211d20d-0006-41da-836e-db3301ajb20b","status":"FULL_TRANSFER_STARTED","requestId":"9f1c2d3e4b5a69788796a5b4c3d2e1f0"}',
    'check HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK. While it runs, the bot tries again. (APIGW.0301)',
    '✖ Slack token: Slack refuses it; SLACK_BOT_TOKEN: is missing',
    'Slack refuses SLACK_BOT_TOKEN (invalid_auth): copy the Bot User OAuth Token again',
    '{"channel":"C012AB3C4","post":"2f0c7e1c-5d0b-4b8e-9f57-0f0b8f3e9a11","attempt":1,"reason":"ratelimited"}',
    'create an app-level token on the Basic Information page of your Slack app, then restart.',
    'Press Generate Token and Scopes on the Basic Information page.',
    'a bearer token is wanted; basic authentication is not.',
    'https://drs.ap-southeast-1.myhuaweicloud.com/v3/054ba152d480d55b2f5dc0069e7ddef0/jobs/batch-progress',
  ])('what is no secret: %s', (text) => {
    expect(scrub(text, KNOWN)).toBe(text);
  });

  test('its JSON whole', async () => {
    const line = await logged({ err: failedRequest() }, 'it failed');
    expect(JSON.parse(line)).toMatchObject({ level: 30, msg: 'it failed', err: { type: 'Error' } });
  });
});

describe('a line of the log that is very long', () => {
  test('is a short one that says so, without half a secret at its end', async () => {
    for (const at of [0, 15_000, 16_200, 16_350]) {
      const line = await logged(
        { body: `${'x '.repeat(at / 2)}${SECRET.heartbeat} ${'y '.repeat(500_000)}` },
        'too much',
      );
      expect(line.length).toBeLessThan(40_000);
      expect(leftOf(line, SECRET.heartbeat)).toEqual([]);
      expect(JSON.parse(line)).toMatchObject({
        level: 30,
        msg: expect.stringMatching(/^a line of 1\d+ characters was cut$/),
      });
    }
  });
});
