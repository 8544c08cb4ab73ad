import { describe, expect, test } from 'vitest';

import { startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import type { WorkspaceOptions } from '../../demo/slack-workspace/slack-workspace.ts';
import { startBot } from '../../src/bot.ts';
import { parseConfig } from '../../src/config/config.ts';
import { runChecks } from '../../src/operator/checks.ts';
import type { Log } from '../../src/ports/log.ts';
import { isSchedule } from '../../src/runtime/cron.ts';
import { keptLog, SILENT } from '../support/silent-log.ts';
import { environment } from '../support/world.ts';

const MANIFEST = [
  'commands',
  'chat:write',
  'channels:read',
  'groups:read',
  'mpim:read',
  'im:read',
  'users:read',
  'channels:join',
];

async function between(options: WorkspaceOptions = {}) {
  const [slack, drs] = await Promise.all([startSlackWorkspace(options), startDrsSimulator()]);
  const env = await environment('socket', slack, drs);
  return {
    slack,
    drs,
    env,
    start: (log: Log = SILENT, unwanted?: AbortSignal) =>
      startBot(parseConfig(env, isSchedule), { log, durations: { maxFaultMs: 0, maxRefusalMs: 0 } }, unwanted),
    [Symbol.asyncDispose]: async () => void (await Promise.all([slack.stop(), drs.stop()])),
  };
}

/** How long something took to fail, in ms, and with which sentence. */
async function failure(work: Promise<unknown>): Promise<{ readonly says: string; readonly ms: number }> {
  const startedAt = performance.now();
  const says = await work.then(
    () => 'it did not fail',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  return { says, ms: performance.now() - startedAt };
}

describe('an app token', () => {
  test('without connections:write ends the start at once, with the sentence of the check', async () => {
    await using all = await between({ appScopes: [] });
    const { says, ms } = await failure(all.start());
    expect(says).toContain('Slack refuses SLACK_APP_TOKEN (missing_scope): it lacks the scope connections:write.');
    expect(says).toContain('Press Generate Token and Scopes on the Basic Information page of your Slack app');
    expect(ms).toBeLessThan(3_000);
    const lines: string[] = [];
    expect(await runChecks(all.env, (line) => lines.push(line))).toBe(false);
    expect(lines).toContain(`✖ Socket Mode: ${says}`);
  });

  test.each(['not_allowed_token_type', 'invalid_auth', 'forbidden_team'])(
    'that Slack refuses with %s is named, whether or not its library takes that as final',
    async (error) => {
      await using all = await between();
      all.slack.faults.next('apps.connections.open', { kind: 'error', error }, { count: 99 });
      const { says, ms } = await failure(all.start());
      expect(says).toContain(`Slack refuses SLACK_APP_TOKEN (${error}): `);
      expect(ms).toBeLessThan(3_000);
    },
  );
});

test("a fault of Slack's own at the start is called that, and no token is blamed for it", async () => {
  await using all = await between();
  all.slack.faults.next('auth.test', { kind: 'error', error: 'internal_error' }, { count: 99 });
  expect((await failure(all.start())).says).toBe('Slack has a fault of its own (internal_error): try again later.');
});

test('a scope that is missing is said at the start, in the sentence of the check, and the bot goes on', async () => {
  await using all = await between({ scopes: MANIFEST.filter((scope) => scope !== 'chat:write') });
  const log = keptLog();
  const bot = await all.start(log);
  await bot.stop();
  const lines: string[] = [];
  await runChecks(all.env, (line) => lines.push(line));
  const said = lines.find((line) => line.startsWith('✖ Scope chat:write: '))?.slice('✖ Scope chat:write: '.length);
  expect(said).toContain('is missing: nothing can be posted');
  expect(log.lines).toContain(`The scope chat:write of the Slack app ${said}`);
});

describe('a start that nobody wants any more', () => {
  test.each([
    ['Slack says who the bot is', ['auth.test'], []],
    ['Slack opens a socket', ['apps.connections.open'], []],
    ['IAM gives a token', [], ['login']],
  ] as const)('ends at once while it waits until %s', async (_what, ofSlack, ofDrs) => {
    await using all = await between();
    delete all.env['DRS_PROJECT_ID'];
    all.env['DRS_REGION'] = 'ap-southeast-1';
    for (const method of ofSlack) all.slack.faults.next(method, { kind: 'hang' }, { count: 9 });
    for (const target of ofDrs) all.drs.faults.next(target, { kind: 'hang' }, 9);
    const unwanted = new AbortController();
    const starting = failure(all.start(SILENT, unwanted.signal));
    const waiting = [...ofSlack, ...ofDrs];
    const asked = () => [
      ...all.slack.calls.map(({ method }) => method),
      ...all.drs.requests.map(({ target }) => target),
    ];
    await expect.poll(() => asked().filter((one) => waiting.some((what) => what === one))).toHaveLength(1);
    const startedAt = performance.now();
    unwanted.abort();
    expect((await starting).says).toBe('Stopped before it had started.');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
