import { describe, expect, test } from 'vitest';

import { SILENT } from '../support/silent-log.ts';
import { startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

/** 25 jobs over 4 channels: 10 each, every neighbour sharing five. */
async function twentyFiveJobs(world: World) {
  const jobs = Array.from({ length: 25 }, () => world.drs.addJob('INCRE_TRANSFER_STARTED'));
  const channels = ['#a', '#b', '#c', '#d'];
  for (const [index, channel] of channels.entries()) {
    world.slack.addChannel(channel.slice(1));
    const mine = jobs.slice(index * 5, index * 5 + 10);
    await world.ask('ana', channel, `/drs subscribe ${mine.map((job) => job.id).join(' ')}`);
  }
  world.drs.clearRequests();
  return { jobs, channels };
}

const counts = (world: World, channels: readonly string[]) =>
  channels.map((channel) => world.texts(channel).length - 1);

describe('25 jobs over 4 overlapping channels', () => {
  test('cost three requests a tick, each id once, and tell nothing while nothing changes', async () => {
    await using world = await startWorld();
    const { channels } = await twentyFiveJobs(world);
    for (let tick = 0; tick < 3; tick++) {
      world.drs.clearRequests();
      expect(await world.bot().tick()).toMatchObject({ due: 25, batches: 3, committed: 25, events: 0 });
      const batches = world.drs.progressRequests();
      expect(batches.map((batch) => batch.length).toSorted((one, other) => one - other)).toEqual([5, 10, 10]);
      expect(new Set(batches.flat()).size).toBe(25);
    }
    expect(counts(world, channels)).toEqual([0, 0, 0, 0]);
  });

  test('of which one changes tell exactly the channels that watch it, once each', async () => {
    await using world = await startWorld();
    const { jobs, channels } = await twentyFiveJobs(world);
    jobs[7]?.becomes('INCRE_TRANSFER_FAILED');
    expect(await world.bot().tick()).toMatchObject({ events: 1, deliveries: 2 });
    await Promise.all(['#a', '#b'].map((channel) => world.nextMessage(channel, 1)));
    await world.bot().tick();
    expect(counts(world, channels)).toEqual([1, 1, 0, 0]);
    expect(world.texts('#a')[1]).toContain(`🔴 ${jobs[7]?.id.slice(0, 8)} FAILED – replication stopped`);
  });

  test('of which one has gone bad lose nothing: nine of its batch go on, and it is asked alone later', async () => {
    await using world = await startWorld();
    const { jobs, channels } = await twentyFiveJobs(world);
    jobs[3]?.poison();
    jobs[4]?.becomes('PAUSING');
    await world.bot().tick();
    await world.nextMessage('#a', 1);
    expect(counts(world, channels)).toEqual([1, 0, 0, 0]);
    world.drs.clearRequests();
    expect(await world.bot().tick()).toMatchObject({ due: 24, batches: 3 });
    expect(world.drs.progressRequests().flat()).not.toContain(jobs[3]?.id);
  });
});

describe('a tick', () => {
  test('without subscriptions asks nothing', async () => {
    await using world = await startWorld();
    expect(await world.bot().tick()).toMatchObject({ due: 0, batches: 0 });
    expect(world.drs.requests).toEqual([]);
  });

  test('that reads the same report again, empty answers, faults or strangers tells nothing and loses nothing', async () => {
    await using world = await startWorld();
    world.slack.addChannel('migrations');
    const job = world.drs.addJob('INCRE_TRANSFER_STARTED');
    await world.ask('ana', '#migrations', `/drs subscribe ${job.id}`);
    const bodies = [
      '{"results":[]}',
      '{"count":0}',
      '[]',
      '{"results":[{"job_id":"9a470239-2308-4bb5-a6bc-1040402fjb21","transfer_status":"PAUSING"}]}',
      '{"results":[null,1,{}]}',
    ];
    for (const body of bodies) {
      world.drs.faults.next('progress', { kind: 'body', body }, 3);
      await world.bot().tick();
      world.drs.faults.clear();
    }
    expect((await world.ask('ana', '#migrations', '/drs list')).text).toContain('⚫ unknown');
    await world.bot().tick();
    expect((await world.ask('ana', '#migrations', '/drs list')).text).toMatch(/🟢 (?:in sync|replicating) 1 s/);
    expect(world.texts('#migrations')).toHaveLength(1);
    job.becomes('PAUSING');
    await world.bot().tick();
    expect((await world.nextMessage('#migrations', 1)).text).toMatch(/⏸️ \S+ – paused/);
  });

  test('with a wrong password asks nothing, and the list says why nothing is known', async () => {
    await using world = await startWorld();
    world.slack.addChannel('migrations');
    const job = world.drs.addJob();
    await world.ask('ana', '#migrations', `/drs subscribe ${job.id}`);
    world.drs.iam.revokeTokens();
    world.drs.iam.changePassword('changed');
    const report = await world.bot().tick();
    expect(report.stoppedBy).toMatchObject({ key: 'password_refused' });
    const answer = await world.ask('ana', '#migrations', `/drs ${job.id}`);
    expect(answer.text).toMatch(/^🔵 \S+ – full copy 0 %.*\nCould not ask DRS just now: IAM does not accept/);
    const later = await world.ask('ana', '#migrations', `/drs ${job.id}`);
    expect(later.text).toMatch(/^⚫ \S+ – unknown since /);
    expect(later.text).toContain('Check IAM_DOMAIN, IAM_USER and IAM_PASSWORD.');
    const logins = world.drs.loginCount();
    await world.bot().tick();
    expect(world.drs.loginCount()).toBe(logins);
  });

  test('that does not fit the allowed rate says how often jobs are polled instead', async () => {
    const said: string[] = [];
    const log = { ...SILENT, warn: (_fields: object, message: string) => void said.push(message) };
    const env = { DRS_BATCH_SIZE: '1', DRS_MAX_RPS: '2', POLL_SCHEDULE: '* * * * * *' };
    await using world = await startWorld({ env, overrides: { log } });
    world.slack.addChannel('migrations');
    const jobs = Array.from({ length: 5 }, () => world.drs.addJob());
    await world.ask('ana', '#migrations', `/drs subscribe ${jobs.map((job) => job.id).join(' ')}`);
    await world.bot().tick();
    expect(said).toContain(
      '5 jobs need 5 requests, which takes about 2 s at 2 a second: jobs are polled about every 2 s instead of every 1 s',
    );
  });

  test('does not ask about ended jobs any more', async () => {
    await using world = await startWorld();
    world.slack.addChannel('migrations');
    const job = world.drs.addJob('INCRE_TRANSFER_STARTED');
    await world.ask('ana', '#migrations', `/drs subscribe ${job.id}`);
    job.becomes('RELEASE_RESOURCE_COMPLETE');
    await world.bot().tick();
    expect(await world.bot().tick()).toMatchObject({ due: 1 });
    expect(await world.bot().tick()).toMatchObject({ due: 0 });
  });

  test('names a deleted job gone', async () => {
    await using world = await startWorld({ simulator: { habits: { unknownId: 'deleted' } } });
    world.slack.addChannel('migrations');
    const job = world.drs.addJob('INCRE_TRANSFER_STARTED');
    await world.ask('ana', '#migrations', `/drs subscribe ${job.id}`);
    job.delete();
    await world.bot().tick();
    await world.bot().tick();
    expect((await world.nextMessage('#migrations', 1)).text).toContain(
      `🔴 ${job.id.slice(0, 8)} is gone – it was deleted`,
    );
  });
});

describe('Refresh', () => {
  test('on a told message adds how the job is to it for everybody, until something happens to the job', async () => {
    await using world = await startWorld();
    const { slack, drs } = world;
    slack.addChannel('migrations');
    const job = drs.addJob('FULL_TRANSFER_STARTED');
    await world.ask('ana', '#migrations', `/drs subscribe ${job.id}`);
    job.becomes('INCRE_TRANSFER_STARTED', { incre_trans_delay: '372' });
    await world.bot().tick();
    const told = await world.nextMessage('#migrations', 1);
    job.set({ incre_trans_delay: '2', incre_trans_delay_millis: '2000' });
    await slack.people.click('ben', told, 'Refresh');
    const after = await slack.waitFor('the edit', () =>
      slack.messages('#migrations').find((one) => one.ts === told.ts && one.edited),
    );
    const withoutNow = (text: string) =>
      text
        .replace(/ · checked .*$/m, '')
        .split('\n')
        .filter((line) => !line.startsWith('As of'));
    expect(told.text).not.toContain('As of');
    expect(withoutNow(after.text)).toEqual(withoutNow(told.text));
    expect(after.text).toMatch(/As of .*: 🟢 replicating, lag 2 s/);
    expect(after.blocks[0]?.block_id).toBe(told.blocks[0]?.block_id);
    job.becomes('PAUSING');
    await world.bot().tick();
    expect((await world.nextMessage('#migrations', 2)).text).toContain('paused');
    await slack.waitFor('the line to go', () =>
      slack.messages('#migrations').find((one) => one.ts === told.ts && one.text === told.text),
    );
  });

  test('by ten people costs one request', async () => {
    await using world = await startWorld({ overrides: { durations: { askAgainMs: 10_000 } } });
    const { slack, drs } = world;
    slack.addChannel('migrations');
    const job = drs.addJob('INCRE_TRANSFER_STARTED');
    const answer = await world.ask('ana', '#migrations', `/drs status ${job.id}`);
    await Promise.all(Array.from({ length: 10 }, () => slack.people.click('ana', answer, 'Refresh')));
    await world.ask('ana', '#migrations', `/drs status ${job.id}`);
    expect(drs.progressRequests()).toHaveLength(1);
  });

  test('never shows a change that the channel was not told', async () => {
    await using world = await startWorld();
    const { slack, drs } = world;
    slack.addChannel('migrations');
    const job = drs.addJob('INCRE_TRANSFER_STARTED');
    await world.ask('ana', '#migrations', `/drs subscribe ${job.id}`);
    const answer = await world.ask('ana', '#migrations', `/drs ${job.id}`);
    job.becomes('INCRE_TRANSFER_FAILED');
    await slack.people.click('ana', answer, 'Refresh');
    expect((await world.nextMessage('#migrations', 1)).text).toMatch(/^🔴 \S+ FAILED/);
    await slack.waitFor('the answer to change', () =>
      slack.ephemerals('#migrations', 'ana').find((one) => one.id === answer.id && one.text.includes('FAILED')),
    );
  });

  test('works on messages from before a restart, on public answers, and where editing is refused', async () => {
    await using world = await startWorld();
    const { slack, drs } = world;
    slack.addChannel('migrations', { withBot: true });
    const job = drs.addJob('INCRE_TRANSFER_STARTED', { incre_trans_delay: '7' });
    await slack.people.type('ana', '#migrations', `/drs status ${job.id} public`);
    const shown = await world.nextMessage('#migrations', 0);
    await world.stop();
    await world.start();
    job.set({ incre_trans_delay: '2', incre_trans_delay_millis: '2000' });
    await slack.people.click('ben', shown, 'Refresh');
    await slack.waitFor('the edit', () => slack.messages('#migrations').find((one) => one.text.includes('lag 2 s')));
    job.set({ incre_trans_delay: '4', incre_trans_delay_millis: '4000' });
    slack.faults.next('chat.update', { kind: 'error', error: 'cant_update_message' });
    await slack.people.click('ben', shown, 'Refresh');
    await slack.waitFor('the edit through the response URL', () =>
      slack.messages('#migrations').find((one) => one.text.includes('lag 4 s')),
    );
    expect(slack.messages('#migrations')).toHaveLength(1);
  });

  test('while DRS is down keeps the last state with a remark, then says since when nothing is known', async () => {
    await using world = await startWorld();
    const { slack, drs } = world;
    slack.addChannel('migrations');
    const job = drs.addJob('INCRE_TRANSFER_STARTED');
    const answer = await world.ask('ana', '#migrations', `/drs ${job.id}`);
    const refused = { kind: 'status' as const, status: 403, body: '{"error_code":"DRS.M00261","error_msg":"x"}' };
    drs.faults.next('progress', refused, 3);
    const shown = (words: string) =>
      slack.waitFor(words, () => slack.ephemerals('#migrations', 'ana').find((one) => one.text.includes(words)));
    await slack.people.click('ana', answer, 'Refresh');
    const once = await shown('Could not ask DRS just now: DRS does not know the project');
    expect(once.text).toMatch(/^🟢 \S+ – replicating, lag 1 s/);
    await world.ask('ana', '#migrations', `/drs ${job.id}`);
    await slack.people.click('ana', answer, 'Refresh');
    const after = await slack.waitFor('the unknown state', () =>
      slack.ephemerals('#migrations', 'ana').find((one) => one.text.includes('unknown since')),
    );
    expect(after.text).toMatch(
      /Last seen <!date.*>: replicating, lag 1 s\nDRS does not know the project: check DRS_PROJECT_ID/,
    );
  });
});
