import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { App } from '@slack/bolt';
import fc from 'fast-check';

import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import type { SlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createNetwork } from '../../src/network/network.ts';
import type { Network } from '../../src/network/network.ts';
import { sdkLogger } from '../../src/slack/web-api/sdk-logger.ts';
import { parseFrame } from '../../src/slack/receiving/socket-frame.ts';
import { SocketReceiver } from '../../src/slack/receiving/socket-receiver.ts';
import type { SocketPatience } from '../../src/slack/receiving/socket-receiver.ts';
import { createSlackClient } from '../../src/slack/web-api/slack-client.ts';
import { SILENT } from '../support/silent-log.ts';

let slack: SlackWorkspace;
let receiver: SocketReceiver;
let warnings: string[];
let network: Network;

beforeEach(async () => {
  slack = await startSlackWorkspace();
  slack.addUser('ana');
  slack.addChannel('ops');
  warnings = [];
  network = createNetwork();
});
afterEach(async () => {
  await receiver.stop();
  await slack.stop();
  await network.destroy();
});

const QUICK: SocketPatience = {
  greetingMs: 150,
  firstPauseMs: 10,
  longestPauseMs: 40,
  livedMs: 0,
  lingerMs: 30,
  countAgainMs: 40,
  recountMs: 60,
};

/** A receiver with an app that acknowledges every command. */
async function open(patience: Partial<SocketPatience> = {}): Promise<void> {
  const log = {
    ...SILENT,
    warn: (fields: object, message: string) => void warnings.push(`${message} ${JSON.stringify(fields)}`),
  };
  const client = createSlackClient({
    token: slack.appToken,
    apiUrl: slack.apiUrl,
    timeoutMs: 2_000,
    fetch: network.fetch,
    log,
  });
  receiver = new SocketReceiver({
    client,
    dispatcher: network.dispatcher,
    clock: systemClock,
    log,
    patience: { ...QUICK, ...patience },
  });
  const app = new App({
    receiver,
    deferInitialization: true,
    authorize: () => Promise.resolve({ botToken: slack.botToken, botId: 'B', botUserId: 'U' }),
    logger: sdkLogger(SILENT),
  });
  app.command('/drs', async ({ ack }) => await ack('heard'));
  await app.init();
  await receiver.start();
}

const isAnswered = async () => (await slack.people.type('ana', 'ops', '/drs help')).acked;
const eventually = (what: string, holds: () => boolean) =>
  slack.waitFor(what, () => {
    return holds() ? true : undefined;
  });
/** Wakes whoever waits for something that the workspace does not tell of. */
async function until(what: string, holds: () => boolean): Promise<void> {
  const waking = setInterval(() => slack.state.changed(), 5);
  try {
    await eventually(what, holds);
  } finally {
    clearInterval(waking);
  }
}

describe('Socket Mode', () => {
  test('the socket brings commands and is open once it was greeted', async () => {
    await open();
    expect(receiver.state()).toEqual({ isOpen: true, why: null, otherSockets: 0 });
    expect(await isAnswered()).toBe(true);
  });

  test.each([
    'null',
    '0',
    '"text"',
    '[]',
    '{}',
    '{"type":null}',
    '{"type":"hello","num_connections":"many"}',
    '{"type":"events_api"}',
    '{"type":"events_api","envelope_id":"1","payload":null}',
    '{"type":"events_api","envelope_id":"1","payload":{}}',
    '{"type":"events_api","envelope_id":"1","payload":{"event":null}}',
    '{"type":"interactive","envelope_id":"1","payload":{"type":7}}',
    '{"type":"slash_commands","envelope_id":"1","payload":{"command":{"a":[]}}}',
    '{"type":"error","envelope_id":"1","payload":{}}',
    '{"type":"disconnect"}',
    '{"type":"disconnect","reason":null}',
    'not JSON',
    '',
    '\u0000',
    '['.repeat(50_000),
    `{"type":"events_api","envelope_id":"1","payload":${'{"a":'.repeat(80)}1${'}'.repeat(80)}}`,
  ])('the socket lives on after the frame %.60j', async (frame) => {
    await open();
    slack.sockets.say(frame);
    expect(await isAnswered()).toBe(true);
    await until('an open socket', () => receiver.state().isOpen);
  });

  test('the socket lives on after a frame of 20 MB', async () => {
    await open();
    slack.sockets.say(
      JSON.stringify({ type: 'events_api', envelope_id: '1', payload: { text: 'x'.repeat(20_000_000) } }),
    );
    await until('another socket', () => slack.sockets.greeted === 2 && receiver.state().isOpen);
    expect(await isAnswered()).toBe(true);
  });

  test('the socket understands or leaves out whatever a frame is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(typeof parseFrame(text).kind).toBe('string');
      }),
    );
  });

  test('the socket is replaced without a hole when Slack refreshes it', async () => {
    await open();
    for (let round = 2; round < 5; round++) {
      slack.refreshConnections();
      await until(`socket ${round}`, () => slack.sockets.greeted === round && slack.sockets.count === 1);
    }
    expect(slack.sockets.fewest).toBe(1);
  });

  test('the socket is opened again when the connection breaks, and commands are answered', async () => {
    await open();
    slack.sockets.drop();
    await until('another socket', () => slack.sockets.greeted === 2 && receiver.state().isOpen);
    expect(await isAnswered()).toBe(true);
  });

  test.each(['invalid_auth', 'account_inactive', 'internal_error'])(
    'the socket is tried again while Slack refuses it with %s, and says why it is not there',
    async (error) => {
      await open();
      slack.faults.next('apps.connections.open', { kind: 'error', error }, { count: 4 });
      slack.sockets.drop();
      await until('why', () => receiver.state().why === error);
      await until('another socket', () => receiver.state().isOpen);
      expect(warnings.filter((line) => line.includes(error))).toHaveLength(4);
    },
  );

  test.each([
    { kind: 'rate_limited', retryAfterSeconds: 0 },
    { kind: 'http', status: 503 },
    { kind: 'reset' },
  ] as const)('is tried again after $kind', async (fault) => {
    await open();
    slack.faults.next('apps.connections.open', fault, { count: 2 });
    slack.sockets.drop();
    await until('another socket', () => receiver.state().isOpen && slack.sockets.greeted === 2);
    expect(await isAnswered()).toBe(true);
  });

  test('a socket that is never greeted counts as closed and is given up for another one', async () => {
    await open({ greetingMs: 40 });
    slack.sockets.isMute = true;
    slack.sockets.drop();
    await until('why', () => receiver.state().why?.includes('did not greet') === true);
    expect(receiver.state().isOpen).toBe(false);
    slack.sockets.isMute = false;
    await until('a greeted one', () => receiver.state().isOpen);
  });

  test.each(['too_many_websockets', 'link_disabled'])(
    'a socket that is ended with %s says so and comes back later and later',
    async (reason) => {
      await open({ firstPauseMs: 8, longestPauseMs: 10_000 });
      for (let round = 2; round < 5; round++) {
        slack.sockets.refresh(reason);
        await until(`socket ${round}`, () => slack.sockets.greeted === round && slack.sockets.count === 1);
      }
      const waits = warnings.flatMap((line) =>
        line.includes(reason) ? [Number(/"waitMs":(\d+)/.exec(line)?.[1])] : [],
      );
      expect(waits.length).toBeGreaterThanOrEqual(3);
      expect(waits).toEqual(waits.toSorted((one, other) => one - other));
    },
  );

  test('the socket tells of other processes with the same token when they stay, and when they are gone', async () => {
    await open();
    expect(receiver.state().otherSockets).toBe(0);
    slack.sockets.strangers = 1;
    slack.refreshConnections();
    await until('a second count', () => receiver.state().otherSockets === 1);
    expect(warnings.join()).toContain('other processes are connected');
    slack.sockets.strangers = 0;
    await until('nobody else', () => receiver.state().otherSockets === 0);
    expect(await isAnswered()).toBe(true);
  });

  test('the socket is not opened when Slack refuses it at the start', async () => {
    slack.faults.next('apps.connections.open', { kind: 'error', error: 'invalid_auth' });
    await expect(open()).rejects.toThrow('invalid_auth');
  });
});
