import { request } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';

import { App } from '@slack/bolt';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { sign } from '../../demo/slack-workspace/signed-http.ts';
import { MINUTE } from '../../src/domain/base/time.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { sdkLogger } from '../../src/slack/web-api/sdk-logger.ts';
import { HttpReceiver } from '../../src/slack/receiving/http-receiver.ts';
import { SILENT } from '../support/silent-log.ts';

const SECRET = 'demo-signing-secret';
const COMMAND = 'command=%2Fdrs&text=help&team_id=T1&channel_id=C1&user_id=U1';
let receiver: HttpReceiver;
let port: number;

beforeEach(async () => {
  receiver = new HttpReceiver({
    signingSecret: SECRET,
    endpoint: '/slack/events',
    clock: systemClock,
    log: SILENT,
    wholeMs: 200,
  });
  const app = new App({
    receiver,
    deferInitialization: true,
    authorize: () => Promise.resolve({ botToken: 'xoxb-1', botId: 'B', botUserId: 'U' }),
    logger: sdkLogger(SILENT),
  });
  app.command('/drs', async ({ ack }) => await ack('heard'));
  app.action(/.*/, async ({ ack }) => await ack());
  app.event('message', () => Promise.resolve());
  await app.init();
  const server = await receiver.start({ host: '127.0.0.1', port: 0 });
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterEach(async () => await receiver.stop());

interface Sent {
  readonly status: number;
  readonly text: string;
}

/** Sends a request that is signed unless told otherwise; resolves with the answer, status 0 when the connection was ended. */
async function send(
  body: string,
  {
    agoMs = 0,
    type = 'application/x-www-form-urlencoded',
    path = '/slack/events',
    secret = SECRET,
    now = Date.now(),
  } = {},
): Promise<Sent> {
  const timestamp = String(Math.floor((now - agoMs) / 1_000));
  const headers = {
    'Content-Type': type,
    'X-Slack-Request-Timestamp': timestamp,
    'X-Slack-Signature': sign(secret, timestamp, body),
  };
  return await new Promise((resolve) => {
    const sending = request({ port, path, method: 'POST', headers, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      answer.on('error', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sending.on('error', () => resolve({ status: 0, text: '' }));
    sending.end(body);
  });
}

const HEARD = { status: 200, text: 'heard' };

describe('the port for Slack', () => {
  test('a request that is signed is answered', async () => {
    expect(await send(COMMAND)).toEqual(HEARD);
    expect(await send('{"type":"url_verification","challenge":"abc"}', { type: 'application/json' })).toEqual({
      status: 200,
      text: '{"challenge":"abc"}',
    });
    expect((await send('ssl_check=1&token=x')).status).toBe(200);
  });

  test.each([
    ['with another secret', { secret: 'another' }],
    ['six minutes ago, and sent again', { agoMs: 6 * MINUTE }],
    ['for six minutes from now', { agoMs: -6 * MINUTE }],
    ['for a year from now', { agoMs: -365 * 24 * 60 * MINUTE }],
  ])('a request that was signed %s is refused', async (_when, how) => {
    expect((await send(COMMAND, how)).status).toBe(401);
    expect(await send(COMMAND, { agoMs: 4 * MINUTE })).toEqual(HEARD);
    expect(await send(COMMAND, { agoMs: -4 * MINUTE })).toEqual(HEARD);
  });

  test.each([
    ['payload=null', 400],
    ['payload=7', 400],
    ['payload=[]', 400],
    ['payload=%22text%22', 400],
    ['payload={', 400],
    ['payload=', 400],
    [`payload=${'['.repeat(100_000)}`, 400],
    ['payload={}', 404],
    ['payload={"type":"block_actions"}', 404],
    ['payload={"type":"view_submission","view":null}', 500],
    ['', 404],
    ['%00%ff', 404],
    ['x'.repeat(1_200_000), 413],
  ])('a request that is signed and says %.40j ends nothing', async (body, status) => {
    const answered = await send(body);
    // 0: the connection was ended in the middle of what is too long.
    expect([status, 0]).toContain(answered.status);
    expect(await send(COMMAND)).toEqual(HEARD);
  });

  test('a request that is signed ends nothing, whatever it says', async () => {
    const bodies = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.json().map((json) => `payload=${encodeURIComponent(json)}`),
      fc.json(),
      fc
        .record({
          type: fc.constantFrom(
            'event_callback',
            'block_actions',
            'view_submission',
            'shortcut',
            'message_action',
            'x',
          ),
          event: fc.jsonValue(),
          actions: fc.jsonValue(),
          channel: fc.jsonValue(),
          user: fc.jsonValue(),
          team: fc.jsonValue(),
          view: fc.jsonValue(),
        })
        .map((body) => JSON.stringify(body)),
    );
    const types = fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'text/plain', '');
    await fc.assert(
      fc.asyncProperty(bodies, types, async (body, type) => {
        expect((await send(body, { type })).status).toBeGreaterThanOrEqual(200);
      }),
      { numRuns: 150 },
    );
    expect(await send(COMMAND)).toEqual(HEARD);
  });

  test('a request that never ends is ended, and others are served meanwhile', async () => {
    const started = Array.from({ length: 50 }, (_, number) => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(
        number % 2 === 0
          ? 'POST /slack/events HTTP/1.1\r\nHost: x\r\nX-'
          : 'POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\nab',
      );
      return once(socket.resume(), 'close');
    });
    expect(await send(COMMAND)).toEqual(HEARD);
    await Promise.all(started);
  });

  test('a request for anything else is not found', async () => {
    expect((await send(COMMAND, { path: '/' })).status).toBe(404);
    expect((await send(COMMAND, { path: '//slack/events/../x' })).status).toBe(404);
  });
});
