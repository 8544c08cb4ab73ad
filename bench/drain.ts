/**
 * How fast a backlog leaves: 200 channels with 11 posts each, against a Slack that permits one post a second in a channel
 * and 50 a second in the workspace. Prints what was reached of what is permitted.
 */
import { simulatedJobId } from '../demo/drs-simulator/jobs.ts';
import { startDrsSimulator } from '../demo/drs-simulator/simulator.ts';
import { startSlackWorkspace } from '../demo/slack-workspace/slack-workspace.ts';
import { UNSEEN_JOB } from '../src/domain/job/job-state.ts';
import { openStore } from '../src/store/open-store.ts';
import { startProcess } from '../test/support/bot-process.ts';
import { running } from '../test/support/programs.ts';
import { aReport } from '../test/support/reports.ts';
import { environment } from '../test/support/world.ts';

const CHANNELS = 200;
const EVENTS = 10;
/** Each channel is owed its events and the line that says who subscribed it. */
const POSTS = CHANNELS * (EVENTS + 1);
const PER_SECOND = 50;
const PERMITTED_S = Math.max(POSTS / PER_SECOND, EVENTS);
const GOAL = 0.95;

const slack = await startSlackWorkspace({
  postingLimit: { perSecond: 1, burst: 2 },
  workspaceLimit: { perSecond: PER_SECOND, burst: 20 },
});
const drs = await startDrsSimulator();
slack.addUser('ana');
const channels = Array.from({ length: CHANNELS }, (_one, number) => slack.addChannel(`c${number}`, { withBot: true }));
const env = await environment('socket', slack, drs);
await owe(env['DATABASE_URL'] ?? '');

const durations = { workspacePace: { everyMs: 1_000 / PER_SECOND, burst: 10 } };
const bot = startProcess(
  { ...env, LOG_LEVEL: 'info', DURATIONS: JSON.stringify(durations) },
  running('test/crash/killable-bot.ts'),
);
await slack.waitFor('the first post', () => slack.state.messages[0], 60_000);
const startedAt = performance.now();
await slack.waitFor('the last post', () => slack.state.messages[POSTS - 1], 300_000);
const tookS = (performance.now() - startedAt) / 1_000;
const refused = slack.calls.filter((call) => call.method === 'chat.postMessage' && call.result === null).length;
await bot.end('SIGTERM');
await Promise.all([slack.stop(), drs.stop()]);

const reached = PERMITTED_S / tookS;
console.log(
  `${POSTS} posts to ${CHANNELS} channels in ${tookS.toFixed(1)} s; permitted: ${PERMITTED_S.toFixed(1)} s; reached ${(reached * 100).toFixed(1)} % (goal ${GOAL * 100} %); told to wait ${refused} times`,
);

/** Every channel watches one job, to which ten things have happened. */
async function owe(url: string): Promise<void> {
  const store = await openStore(url, { clock: Date.now });
  const connectionId = drs.projectId;
  const jobId = simulatedJobId(1);
  await store.openWorkspace({ id: slack.state.teamId, name: 'Acme', at: 1 });
  await store.openConnection({ id: connectionId, name: 'x', endpoint: drs.endpoint, projectId: connectionId, at: 1 });
  for (let number = 0; number <= EVENTS; number++) {
    const token = `poll-${number}`;
    const report = aReport({ jobId });
    await store.claimJob({ connectionId, jobId, token, leaseMs: 1_000, now: number, maxAgeMs: 0 });
    const moment = {
      at: number,
      report,
      previous: null,
      lastLag: null,
      lagNote: 'settled' as const,
      percentBefore: null,
    };
    const events = number === 0 ? [] : [{ kind: 'status_changed' as const, from: 'A', to: 'B', ...moment }];
    const state = { ...UNSEEN_JOB, report, checkedAt: number };
    const result = { jobId, state, events, nextPollAt: number, askAlone: false, refusals: 0 };
    await store.commitPoll({ token, connectionId, now: number, results: [result] });
    if (number > 0) continue;
    for (const { id } of channels) {
      const actor = { workspaceId: slack.state.teamId, channelId: id, userId: 'U00000001' };
      await store.subscribe({ actor, language: 'en', connectionId, jobIds: [jobId], now: 1 });
    }
  }
  await store.close();
}
