/**
 * The bot as `src/main.ts` starts it, but with durations from `DURATIONS` (JSON), and dying by SIGKILL at the point named
 * by `KILL_AT` once it is armed: by SIGUSR2, or from the start with `KILL_ARMED`.
 */
import { z } from 'zod';

import { startBot } from '../../src/bot.ts';
import type { Overrides } from '../../src/wiring/resources.ts';
import { parseConfig } from '../../src/config/config.ts';
import type { DrsClient } from '../../src/ports/drs.ts';
import type { Notifier } from '../../src/ports/slack.ts';
import type { Store } from '../../src/ports/store/store.ts';
import { isSchedule } from '../../src/runtime/cron.ts';
import { stopOnSignal } from '../../src/runtime/lifecycle.ts';

const killAt = process.env['KILL_AT'];
const several = z.record(z.string(), z.number());
const durations = z
  .record(z.string(), z.union([z.number(), several]))
  .parse(JSON.parse(process.env['DURATIONS'] ?? '{}'));

let armed = process.env['KILL_ARMED'] !== undefined;
process.on('SIGUSR2', () => {
  armed = true;
});

/** Dies here, at once and without a trace, if this is where it is to die. */
function reached(point: string): void {
  if (armed && point === killAt) process.kill(process.pid, 'SIGKILL');
}

const store = (inner: Store): Store => ({
  ...inner,
  async claimDueJobs(request) {
    const jobs = await inner.claimDueJobs(request);
    if (jobs.length > 0) reached('after the claim');
    return jobs;
  },
  async claimTurn(request) {
    const turn = await inner.claimTurn(request);
    if (turn.kind === 'send') reached('after freezing a group');
    if (turn.kind === 'search') reached('after a page was claimed');
    if (turn.kind === 'edit') reached('after an edit was claimed');
    if (turn.kind === 'remove') reached('after a copy was claimed');
    return turn;
  },
  async settlePost(lease, post, settlement) {
    const recorded = await inner.settlePost(lease, post, settlement);
    reached('after a message was settled');
    return recorded;
  },
  async settleSearch(lease, search, settlement) {
    reached('after a page was read');
    const recorded = await inner.settleSearch(lease, search, settlement);
    reached('after a page was settled');
    return recorded;
  },
  async openConnection(connection) {
    await inner.openConnection(connection);
    reached('during the start');
  },
  async close() {
    reached('during the stop');
    await inner.close();
  },
});

const drs = (inner: DrsClient): DrsClient => ({
  ...inner,
  async fetchProgress(jobIds, options) {
    const answers = await inner.fetchProgress(jobIds, options);
    reached('after the answer of DRS');
    return answers;
  },
});

const notifier = (inner: Notifier): Notifier => ({
  ...inner,
  async send(post) {
    reached('before the post');
    const outcome = await inner.send(post);
    reached('after Slack accepted the post');
    return outcome;
  },
  async edit(post, message, jobs) {
    reached('before an edit');
    const outcome = await inner.edit(post, message, jobs);
    reached('after Slack accepted an edit');
    return outcome;
  },
  async remove(message) {
    const outcome = await inner.remove(message);
    reached('after a copy was taken away');
    return outcome;
  },
});

const overrides: Overrides = {
  durations,
  decorate: { store, drs, notifier },
  onStatement(sql) {
    if (sql.startsWith('insert into "deliveries"')) reached('inside the commit');
    if (sql.startsWith('create table failures')) reached('inside a migration');
  },
};

const starting = startBot(parseConfig(process.env, isSchedule), overrides);
stopOnSignal(async () => {
  const bot = await starting.catch(() => null);
  await bot?.stop();
}, console.error);
await starting;
