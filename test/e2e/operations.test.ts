import { createServer } from 'node:http';

import { describe, expect, test } from 'vitest';

import { throttle } from '../../demo/drs-simulator/faults.ts';
import { listenOnLoopback } from '../../demo/loopback.ts';
import { DAY, HOUR, MINUTE } from '../../src/domain/base/time.ts';
import type { Store } from '../../src/ports/store/store.ts';
import { movableClock } from '../support/fast-clock.ts';
import { SILENT } from '../support/silent-log.ts';
import { startWorld } from '../support/world.ts';
import type { World, WorldOptions } from '../support/world.ts';

const HOURLY = '0 * * * *';

/** A bot whose operator has a port. */
const startWatched = (options: WorldOptions = {}) => startWorld({ ...options, env: { OPS_PORT: '0', ...options.env } });

async function fetchPage(world: World, path: string): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`http://127.0.0.1:${world.bot().opsPort}${path}`);
  return { status: response.status, text: await response.text() };
}

/** The value of one series; undefined when there is none. */
async function figure(world: World, series: string): Promise<number | undefined> {
  const { text } = await fetchPage(world, '/metrics');
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

async function watchOneJob(world: World) {
  world.slack.addChannel('migrations');
  const job = world.drs.addJob('FULL_TRANSFER_STARTED');
  await world.ask('ana', '#migrations', `/drs subscribe ${job.id}`);
  return job;
}

describe('without OPS_PORT', () => {
  test('no port is opened', async () => {
    await using world = await startWorld();
    expect(world.bot().opsPort).toBeNull();
  });
});

describe('/livez', () => {
  test('is well while the loops turn', async () => {
    await using world = await startWatched();
    expect(await fetchPage(world, '/livez')).toEqual({ status: 200, text: 'ok\n' });
  });

  test('of a bot that no longer polls says so, and what to do', async () => {
    const clock = movableClock();
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const store = (real: Store): Store => ({
      ...real,
      countDueJobs: async (connectionId, now) => {
        await held;
        return await real.countDueJobs(connectionId, now);
      },
    });
    const overrides = { clock, decorate: { store } };
    await using world = await startWatched({ overrides, env: { POLL_SCHEDULE: HOURLY } });
    const tick = world.bot().tick();
    clock.advance(4 * HOUR);
    const { status, text } = await fetchPage(world, '/livez');
    expect(status).toBe(503);
    expect(text).toContain('✖ The loop poller has not turned for 4 h: restart the bot.\n');
    release();
    await tick;
    await expect.poll(() => fetchPage(world, '/livez'), { timeout: 15_000 }).toMatchObject({ status: 200 });
  });

  test('is well in a pause by schedule, and people read until when it lasts', async () => {
    const clock = movableClock();
    const inThreeDays = (new Date().getUTCDay() + 3) % 7;
    const env = { POLL_SCHEDULE: `* * * * ${inThreeDays}`, POLL_TIMEZONE: 'UTC' };
    await using world = await startWatched({ overrides: { clock }, env });
    const job = await watchOneJob(world);
    await world.bot().tick();
    clock.advance(4 * HOUR);
    const livez = () => fetchPage(world, '/livez');
    await expect.poll(livez, { timeout: 15_000 }).toMatchObject({ status: 200 });
    expect((await livez()).text).toMatch(
      /^ok\nPause by schedule: next look at DRS \w{3} \d{4}-\d\d-\d\d 00:00 \(UTC\)\.\n$/,
    );
    expect(await figure(world, 'drs_bot_poll_overdue_seconds')).toBe(0);
    for (const command of ['/drs health', `/drs ${job.id}`])
      expect((await world.ask('ana', '#migrations', command)).text).toContain(
        'Pause by schedule: next look at DRS <!date^',
      );
  });

  test('says in office hours’ zone that the next look is on Monday morning', async () => {
    const clock = movableClock();
    // Friday evening, after the last planned run.
    clock.set(Date.UTC(2026, 10, 27, 18, 3) - Date.now());
    const env = { POLL_SCHEDULE: '* 8-17 * * 1-5', POLL_TIMEZONE: 'Europe/Berlin' };
    await using world = await startWatched({ overrides: { clock }, env });
    expect(await fetchPage(world, '/livez')).toEqual({
      status: 200,
      text: 'ok\nPause by schedule: next look at DRS Mon 2026-11-30 08:00 (Europe/Berlin).\n',
    });
    expect(await figure(world, 'drs_bot_poll_overdue_seconds')).toBe(0);
    expect(await figure(world, 'drs_bot_blind_seconds')).toBe(0);
  });

  test.each([-DAY, -HOUR, -MINUTE, MINUTE, HOUR, DAY])('is well after the clock was set by %i ms', async (jumpMs) => {
    const clock = movableClock();
    await using world = await startWatched({ overrides: { clock }, env: { POLL_SCHEDULE: '* * * * *' } });
    clock.set(jumpMs);
    expect(await fetchPage(world, '/livez')).toEqual({ status: 200, text: 'ok\n' });
  });
});

test.each([
  ['* * * * *', 'none: elapsed time'],
  ['0 8 * * 1-5', 'Europe/Berlin'],
])('the start line says which zone the schedule %s follows', async (pattern, timezone) => {
  const started: object[] = [];
  const log = {
    ...SILENT,
    info: (fields: object, said: string) => void (said === 'the bot is running' && started.push(fields)),
  };
  await using _ = await startWorld({
    env: { POLL_SCHEDULE: pattern, POLL_TIMEZONE: 'Europe/Berlin' },
    overrides: { log },
  });
  expect(started).toMatchObject([{ schedule: pattern, timezone }]);
});

describe('/readyz', () => {
  test('is well when the database can be written and Slack is connected', async () => {
    await using world = await startWatched();
    await watchOneJob(world);
    await world.bot().tick();
    expect(await fetchPage(world, '/readyz')).toEqual({ status: 200, text: 'ok\n' });
  });

  test('does not mind the silence of DRS: /drs health must go on saying since when, why, and when it asks again', async () => {
    const clock = movableClock();
    await using world = await startWatched({ overrides: { clock }, env: { POLL_SCHEDULE: HOURLY } });
    await watchOneJob(world);
    world.drs.faults.next('progress', throttle(600), 9);
    await world.bot().tick();
    expect(await fetchPage(world, '/readyz')).toMatchObject({ status: 200 });
    clock.advance(4 * HOUR);
    await world.bot().tick();
    expect(await fetchPage(world, '/readyz')).toEqual({ status: 200, text: 'ok\n' });
    const health = await world.ask('ana', '#migrations', '/drs health');
    expect(health.text).toMatch(/DRS silent since .*\nDRS asked for no requests for another 600 s/);
    expect(health.text).toMatch(/Last answer .* · next /);
    expect(health.text).not.toContain('Watching');
    await world.slack.people.click('ana', health, 'All figures');
    await world.slack.waitFor('all figures in place of the four lines', () =>
      world.slack
        .ephemerals('#migrations', 'ana')
        .find(({ id, text }) => id === health.id && text.includes('Watching')),
    );
    world.drs.faults.clear();
    clock.advance(HOUR);
    await world.bot().tick();
    expect((await world.ask('ana', '#migrations', '/drs health')).text).toContain('DRS answers, last');
  });

  test('does not mind that Slack refuses every post: /drs health must go on saying so', async () => {
    await using world = await startWatched();
    const job = await watchOneJob(world);
    world.slack.faults.next('chat.postMessage', { kind: 'error', error: 'token_revoked' });
    job.becomes('PAUSING');
    await world.bot().tick();
    await expect.poll(() => figure(world, 'drs_bot_workspace_refused')).toBe(1);
    expect(await figure(world, 'drs_bot_workspace_refusals_total{reason="token_revoked"}')).toBe(1);
    expect(await fetchPage(world, '/readyz')).toEqual({ status: 200, text: 'ok\n' });
    const health = await world.ask('ana', '#migrations', '/drs health');
    expect(health.text).toContain('🔴 Slack refuses everything I post\n');
  });

  test.each(['app_uninstalled', 'tokens_revoked'] as const)(
    'counts %s as why Slack refuses everything: in Slack nobody can be told',
    async (how) => {
      await using world = await startWatched();
      await world.slack.people.takeOut(how);
      await expect.poll(() => figure(world, `drs_bot_workspace_refusals_total{reason="${how}"}`)).toBe(1);
    },
  );

  test('says that Slack is gone', async () => {
    await using world = await startWatched();
    await world.slack.stop();
    await expect
      .poll(() => fetchPage(world, '/readyz'), { timeout: 15_000 })
      .toMatchObject({ status: 503, text: expect.stringContaining('✖ Slack is not connected') });
  });
});

describe('/metrics', () => {
  test('counts what the bot does: turns, reads, posts and edits, each by how it ended', async () => {
    await using world = await startWatched();
    const job = await watchOneJob(world);
    job.becomes('FULL_TRANSFER_FAILED').explains({ error_message: 'disk full' });
    await world.bot().tick();
    await world.slack.waitFor('the cause', () => world.texts('#migrations').find((text) => text.includes('disk full')));
    const series = (name: string, labels: string) => figure(world, `drs_bot_slack_${name}_total{${labels}}`);
    await expect.poll(() => series('edits', 'outcome="delivered",reason="none"')).toBe(1);
    for (const error of ['internal_error', 'brand_new_error'])
      world.slack.faults.next('chat.postMessage', { kind: 'error', error });
    job.becomes('PAUSING');
    await world.bot().tick();
    await world.nextMessage('#migrations', 2);
    await expect.poll(() => series('posts', 'outcome="delivered",reason="none"')).toBe(3);
    expect(await series('posts', 'outcome="uncertain",reason="internal_error"')).toBe(1);
    expect(await series('posts', 'outcome="refused",reason="other"')).toBe(1);
    expect(await series('searches', 'outcome="absent"')).toBeGreaterThan(0);
    expect(await figure(world, 'drs_bot_drs_reads_total{read="progress",outcome="answered"}')).toBe(3);
    expect(await figure(world, 'drs_bot_drs_reads_total{read="progress",outcome="timeout"}')).toBe(0);
    expect(await figure(world, 'drs_bot_loop_turns_total{loop="poller",outcome="ok"}')).toBe(2);
    expect(await figure(world, 'drs_bot_loop_turn_seconds_count{loop="poller"}')).toBe(2);
    expect(await figure(world, 'drs_bot_loop_last_turn_timestamp_seconds{loop="poller"}')).toBeGreaterThan(1e9);
  });

  test('shows what there is: jobs, subscriptions, the queue and its age, paused channels', async () => {
    const clock = movableClock();
    await using world = await startWatched({
      overrides: { clock, durations: { longestRetryMs: HOUR, firstRetryMs: HOUR } },
    });
    const job = await watchOneJob(world);
    world.slack.addChannel('other');
    await world.ask('ana', '#other', `/drs subscribe ${job.id}`);
    expect(await figure(world, 'drs_bot_watched_jobs')).toBe(1);
    expect(await figure(world, 'drs_bot_subscriptions')).toBe(2);
    expect(await figure(world, 'drs_bot_queue_deliveries')).toBe(0);
    expect(await figure(world, 'drs_bot_queue_oldest_seconds')).toBe(0);
    expect(await figure(world, 'drs_bot_slack_connected')).toBe(1);
    expect(await figure(world, 'drs_bot_database_readable')).toBe(1);
    const [first, second] = ['migrations', 'other'].map((name) => world.slack.state.findChannel(name));
    first?.members.delete(world.slack.state.bot.id);
    world.slack.faults.next('chat.postMessage', { kind: 'reset' }, { count: 9, channel: second?.id ?? '' });
    job.becomes('PAUSING');
    await world.bot().tick();
    await expect.poll(() => figure(world, 'drs_bot_paused_channels')).toBe(1);
    expect(await figure(world, 'drs_bot_held_deliveries')).toBe(1);
    expect(await figure(world, 'drs_bot_queue_deliveries')).toBe(1);
    clock.advance(10 * MINUTE);
    expect(await figure(world, 'drs_bot_queue_oldest_seconds')).toBeGreaterThanOrEqual(600);
  });

  test('shows for how long the bot was blind, now and altogether', async () => {
    const clock = movableClock();
    await using world = await startWatched({ overrides: { clock } });
    await watchOneJob(world);
    world.drs.faults.next('progress', { kind: 'status', status: 403, body: '{"error_code":"DRS.M00102"}' });
    clock.advance(MINUTE);
    await world.bot().tick();
    clock.advance(5 * MINUTE);
    expect(await figure(world, 'drs_bot_blind_seconds')).toBeGreaterThanOrEqual(300);
    expect(await figure(world, 'drs_bot_drs_reads_total{read="progress",outcome="access_denied"}')).toBe(1);
    await world.bot().tick();
    expect(await figure(world, 'drs_bot_blind_seconds')).toBe(0);
    clock.advance(5 * MINUTE);
    const altogether = await figure(world, 'drs_bot_blind_seconds_total');
    expect(altogether).toBeGreaterThanOrEqual(300);
    expect(altogether).toBeLessThan(400);
  });

  test('has the process and the version, and nothing but labels from closed lists', async () => {
    await using world = await startWatched();
    const { text } = await fetchPage(world, '/metrics');
    expect(text).toMatch(/^process_resident_memory_bytes \d/m);
    expect(text).toMatch(/^drs_bot_info\{version="\d+\.\d+\.\d+",node="\d+\.\d+\.\d+",schema="\d{4}-[\w-]+"\} 1$/m);
  });
});

test('another page is not there, and nothing can be changed', async () => {
  await using world = await startWatched();
  expect(await fetchPage(world, '/')).toMatchObject({ status: 404 });
  const posted = await fetch(`http://127.0.0.1:${world.bot().opsPort}/livez`, { method: 'POST' });
  expect(posted.status).toBe(405);
});

test('a port that is taken ends the start in a sentence', async () => {
  await using first = await startWatched();
  const port = String(first.bot().opsPort);
  await expect(startWatched({ env: { OPS_PORT: port } })).rejects.toThrow(
    `Port ${port} on 127.0.0.1 cannot be opened (EADDRINUSE): stop what uses it, or set OPS_PORT and OPS_HOST.`,
  );
});

describe('the heartbeat', () => {
  /** A service that waits for heartbeats and answers with this status, or never. */
  async function startService() {
    const service = { beats: 0, status: 200 as number | 'never', url: '' };
    const server = createServer((_request, response) => {
      service.beats += 1;
      if (service.status !== 'never') response.writeHead(service.status).end('OK');
    });
    const { base, stop } = await listenOnLoopback(server, 0);
    return Object.assign(service, { url: `${base}/ping/2f0c7e1c-secret`, stop, [Symbol.asyncDispose]: stop });
  }

  test('is sent after a tick with nothing to do and after one that DRS answered, not after one it did not', async () => {
    await using service = await startService();
    await using world = await startWorld({ env: { HEARTBEAT_URL: service.url } });
    await world.bot().tick();
    await expect.poll(() => service.beats).toBe(1);
    await watchOneJob(world);
    await world.bot().tick();
    await expect.poll(() => service.beats).toBe(2);
    world.drs.faults.next('progress', { kind: 'status', status: 403, body: '{}' });
    await world.bot().tick();
    // Sent after whatever the bot has sent, to the same server: the only one more.
    await fetch(service.url);
    expect(service.beats).toBe(3);
    await world.bot().tick();
    await expect.poll(() => service.beats).toBe(4);
  });

  test('that does not get through is told once, and holds nothing up', async () => {
    const said: string[] = [];
    const note = (level: string) => (fields: object, message: string) =>
      void (message.includes('heartbeat') && said.push(`${level} ${message} ${JSON.stringify(fields)}`));
    const log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
    await using service = await startService();
    await using world = await startWorld({ env: { HEARTBEAT_URL: service.url }, overrides: { log } });
    const beat = async () => {
      const known = service.beats;
      await world.bot().tick();
      await expect.poll(() => service.beats).toBe(known + 1);
    };
    service.status = 500;
    await beat();
    await expect.poll(() => said).toHaveLength(1);
    await beat();
    service.status = 200;
    await beat();
    await expect.poll(() => said).toHaveLength(2);
    service.status = 'never';
    await beat();
    await world.bot().tick();
    await world.stop();
    expect(said).toEqual([
      'warn the heartbeat does not get through; the bot goes on: check HEARTBEAT_URL {"reason":"HTTP 500"}',
      'info the heartbeat gets through again {}',
    ]);
  });
});

describe('/drs health', () => {
  test('says whether DRS answers, what is watched and what waits, to whoever asks and in their language', async () => {
    await using world = await startWorld();
    world.slack.addUser('li', 'zh-CN');
    world.slack.addChannel('migrations');
    expect((await world.ask('ana', '#migrations', '/drs health')).text).toContain(
      '🟢 I am running, and DRS has not been asked yet\n',
    );
    const job = world.drs.addJob('FULL_TRANSFER_STARTED');
    await world.ask('ana', '#migrations', `/drs subscribe ${job.id}`);
    await world.bot().tick();
    const { text } = await world.ask('ana', '#migrations', '/drs health');
    expect(text).toMatch(/^🟢 All is well\nDRS answers, last <!date/);
    expect(text).toContain('Watching 1 job\nNo message waits.\n');
    expect((await world.ask('li', '#migrations', '/drs health')).text).toContain('🟢 一切正常');
  });

  test('says what this channel is promised, with and without the right to read it back', async () => {
    /** What it says once an answer of Slack's was lost there. */
    const promised = async (world: World) => {
      const job = await watchOneJob(world);
      world.slack.faults.next('chat.postMessage', { kind: 'accept_then_drop' });
      job.becomes('INCRE_TRANSFER_STARTED');
      await world.bot().tick();
      return async () => (await world.ask('ana', '#migrations', '/drs health')).text.split('\n').at(-1);
    };
    await using allowed = await startWorld();
    await expect.poll(await promised(allowed)).toMatch(/^✔ Each message comes exactly once/);
    const scopes = ['commands', 'chat:write', 'channels:read', 'groups:read', 'users:read', 'channels:join'];
    await using forbidden = await startWorld({ workspace: { scopes } });
    await expect.poll(await promised(forbidden)).toMatch(/at least once, rarely twice.*`channels:history /);
  });

  test('says since when DRS gives no answer, and why', async () => {
    await using world = await startWorld();
    await watchOneJob(world);
    world.drs.faults.next('progress', { kind: 'status', status: 403, body: '{"error_code":"DRS.M00102"}' });
    await world.bot().tick();
    const { text } = await world.ask('ana', '#migrations', '/drs health');
    expect(text).toMatch(/^⚫ DRS silent since <!date.*>\nThe IAM user may not read DRS jobs\n/);
  });

  test('counts the channels that refuse posts and names none of them', async () => {
    await using world = await startWorld({ overrides: { durations: { pauseSayMs: 0, watchEveryMs: 20 } } });
    const job = await watchOneJob(world);
    const secret = world.slack.addChannel('secret-plans', { kind: 'private', withBot: true });
    await world.ask('ben', '#secret-plans', `/drs subscribe ${job.id}`);
    await world.nextMessage('#secret-plans', 0);
    secret.archived = true;
    job.becomes('PAUSING');
    await world.bot().tick();
    await world.slack.waitFor('the owner to be told', () =>
      world.slack.state.messages.find((one) => one.text.includes('Slack refuses my posts to')),
    );
    const { text, blocks } = await world.ask('ana', '#migrations', '/drs health');
    expect(text).toContain('🟠 Some channels refuse my posts\n');
    expect(text).toContain('Posting is paused in 1 channel; 1 message is kept for later and nothing is lost.');
    expect(text + JSON.stringify(blocks)).not.toMatch(
      new RegExp(`secret|${secret.id}|${job.id.slice(0, 8)}|UBEN`, 'i'),
    );
  });
});

test('/drs version says what runs, and since when', async () => {
  await using world = await startWorld();
  world.slack.addChannel('migrations');
  const { text } = await world.ask('ana', '#migrations', '/drs version');
  expect(text).toMatch(/^DRS bot \d+\.\d+\.\d+\nNode `\d+\.\d+\.\d+` · database `\d{4}-[\w-]+`\nRunning since <!date/);
});
