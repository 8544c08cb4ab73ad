import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import { describe, expect, test } from 'vitest';

import { startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import type { SlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import { startBot } from '../../src/bot.ts';
import { parseConfig } from '../../src/config/config.ts';
import type { Log } from '../../src/ports/log.ts';
import { isSchedule } from '../../src/runtime/cron.ts';
import { environment } from '../support/world.ts';

/** Patience with refusals, a thousandth as long. */
const QUICK = { startRetryMs: 5, maxStartRetryMs: 60, maxFaultMs: 10_000, maxRefusalMs: 3_600 };
const PAGE = '<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>';

async function between() {
  const [slack, drs] = await Promise.all([startSlackWorkspace(), startDrsSimulator()]);
  const env = await environment('socket', slack, drs);
  const lines: string[] = [];
  const keep = (_fields: object, message: string) => void lines.push(message);
  const log: Log = { debug: () => undefined, info: keep, warn: keep, error: keep };
  return {
    slack,
    drs,
    env,
    /** What the log says of the start. */
    waited: () => lines.filter((line) => line.startsWith('Not started yet: ')),
    lines,
    start: (durations = QUICK) => startBot(parseConfig(env, isSchedule), { log, durations }),
    [Symbol.asyncDispose]: async () => void (await Promise.all([slack.stop(), drs.stop()])),
  };
}

/** Stands before Slack, and answers so many requests in its own way. */
async function standBefore(slack: SlackWorkspace, requests: number, answer: (response: ServerResponse) => void) {
  let left = requests;
  const server = createServer((request, response) => {
    if (left-- > 0) return answer(response);
    void (async () => {
      const body = await text(request);
      const headers = {
        authorization: request.headers.authorization ?? '',
        'content-type': request.headers['content-type'] ?? '',
      };
      const url = new URL(String(request.url).replace('/api/', ''), slack.apiUrl);
      const passed = await fetch(url, { method: 'POST', headers, body });
      response.writeHead(passed.status, { 'content-type': 'application/json' }).end(await passed.text());
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/api/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('a start meets with patience', () => {
  test.each([
    ['auth.test', { kind: 'error', error: 'internal_error' }, 'Slack has a fault of its own (internal_error)'],
    ['auth.test', { kind: 'error', error: 'ratelimited' }, 'Slack has a fault of its own (ratelimited)'],
    [
      'auth.test',
      { kind: 'http', status: 503 },
      'Slack has a fault of its own, or something on the way to it: HTTP 503',
    ],
    ['auth.test', { kind: 'reset' }, 'Slack cannot be reached at'],
    [
      'apps.connections.open',
      { kind: 'error', error: 'internal_error' },
      'Slack has a fault of its own (internal_error)',
    ],
    [
      'apps.connections.open',
      { kind: 'http', status: 500 },
      'Slack has a fault of its own, or something on the way to it',
    ],
    ['apps.connections.open', { kind: 'reset' }, 'Slack cannot be reached at'],
  ] as const)('%s that answers with %o, says so once, and goes on', async (method, fault, says) => {
    await using all = await between();
    all.slack.faults.next(method, fault, { count: 4 });
    const bot = await all.start();
    await bot.stop();
    expect(all.waited()).toEqual([expect.stringContaining(says)]);
    expect(all.lines.join('\n')).not.toMatch(/SLACK_(?:BOT|APP)_TOKEN|x-|headers/i);
  });

  test('a limit, for as long as Slack asks to be left alone', async () => {
    await using all = await between();
    all.slack.faults.next('auth.test', { kind: 'rate_limited', retryAfterSeconds: 1 });
    const startedAt = performance.now();
    const bot = await all.start();
    expect(performance.now() - startedAt).toBeGreaterThan(1_000);
    await bot.stop();
    expect(all.waited()).toEqual([expect.stringContaining('Slack wants fewer requests (ratelimited).')]);
  });

  test.each([
    ['with status 502', 502],
    ['with status 200', 200],
  ])('a web page in the place of an answer, %s', async (_how, status) => {
    await using all = await between();
    await using before = await standBefore(all.slack, 3, (response) =>
      response.writeHead(status, { 'content-type': 'text/html', 'x-edge-id': 'secret-edge' }).end(PAGE),
    );
    const bot = await startBotWith(all, { SLACK_API_URL: before.url });
    await bot.stop();
    expect(all.waited()).toHaveLength(1);
    expect(all.lines.join('\n')).not.toMatch(/secret-edge|<html/);
  });

  test.each([
    ['a fault', { kind: 'status', status: 503 }],
    ['a reset', { kind: 'reset' }],
    ['a web page', { kind: 'body', body: PAGE }],
  ] as const)('%s of IAM while the project is not known', async (_what, fault) => {
    await using all = await between();
    all.drs.faults.next('login', fault, 6);
    all.drs.faults.next('projects', fault, 6);
    const bot = await startBotWith(all, { DRS_PROJECT_ID: '', DRS_REGION: 'ap-southeast-1' });
    await bot.stop();
    expect(all.waited().length).toBeLessThanOrEqual(1);
    expect(all.lines.join('\n')).not.toContain('<html');
  });
});

describe('a start ends', () => {
  test('when a fault does not pass, with the culprit', async () => {
    await using all = await between();
    all.slack.faults.next('auth.test', { kind: 'http', status: 500 }, { count: 999 });
    await expect(all.start({ ...QUICK, maxFaultMs: 300 })).rejects.toThrow(
      'Slack has a fault of its own, or something on the way to it: HTTP 500',
    );
    expect(all.waited()).toHaveLength(1);
  });

  test('at once where waiting cannot help', async () => {
    await using all = await between();
    all.slack.faults.next('auth.test', { kind: 'error', error: 'not_allowed_token_type' }, { count: 999 });
    await expect(all.start()).rejects.toThrow('Slack refuses SLACK_BOT_TOKEN (not_allowed_token_type)');
    expect(all.waited()).toEqual([]);
  });

  test.each(['auth.test', 'apps.connections.open'])(
    'only after an hour where %s refuses the token, and knocks ever more seldom',
    async (method) => {
      await using all = await between();
      all.slack.faults.next(method, { kind: 'error', error: 'invalid_auth' }, { count: 999 });
      await expect(all.start()).rejects.toThrow('(invalid_auth)');
      expect(all.waited()).toHaveLength(1);
      expect(all.waited()[0]).toContain('The bot waits for up to an hour.');
      expect(all.slack.calls.filter((call) => call.method === method).length).toBeLessThan(70);
    },
  );
});

function startBotWith(all: Awaited<ReturnType<typeof between>>, changes: Readonly<Record<string, string>>) {
  Object.assign(all.env, changes);
  return all.start();
}
