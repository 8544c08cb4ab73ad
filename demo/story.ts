import { DEFAULT_INCIDENT_RULES } from '../src/domain/post/incident.ts';
import type { IncidentRules } from '../src/domain/post/incident.ts';
import { DEFAULT_VERDICT_RULES } from '../src/domain/job/verdict-rules.ts';
import type { VerdictRules } from '../src/domain/job/verdict-rules.ts';
import { SECOND } from '../src/domain/base/time.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { DrsSimulator } from './drs-simulator/simulator.ts';
import type { SimulatedJob } from './drs-simulator/jobs.ts';
import type { SlackWorkspace } from './slack-workspace/slack-workspace.ts';
import type { Message } from './slack-workspace/workspace.ts';

/** Verdicts for a life of seconds: what takes minutes elsewhere takes three readings, a second apart, here. */
export const STORY_VERDICTS: VerdictRules = { ...DEFAULT_VERDICT_RULES, steadyMs: 1.5 * SECOND, settlingReports: 1 };

/** News is not collected for so long as elsewhere, where many jobs may fail at once: each scene has one piece of it. */
export const STORY_INCIDENTS: IncidentRules = {
  ...DEFAULT_INCIDENT_RULES,
  collectFailuresMs: 200,
  collectMs: 200,
  passMs: SECOND,
};

/** The two channels of the story: the database team, and the team that waits for the cut-over. */
const CHANNELS = ['#migrations', '#orders-team'] as const;

/** Everything the story is played with. */
export interface Stage {
  readonly slack: SlackWorkspace;
  readonly drs: DrsSimulator;
  readonly clock: Clock;
  readonly print: (line: string) => void;
  /** Between two scenes, in ms. */
  readonly pauseMs: number;
}

/** The people, the channels and the jobs of the story, and some more to try things with. */
export function setStage({ slack, drs }: Pick<Stage, 'slack' | 'drs'>): void {
  slack.addUser('ana');
  slack.addUser('ben');
  slack.addUser('li', 'zh-CN');
  slack.addGuest('gus');
  slack.addStranger('sam');
  for (const name of CHANNELS) slack.addChannel(name.slice(1));
  // Of this one everybody else may know no more than that it is there.
  slack.state.addChannel('secret', 'private', [slack.state.findUser('li')?.id ?? '']);
  slack.addChannel('partners', { external: 'shared', withBot: true });
  const started = { actual_start_time: String(Date.now() - 14 * 3_600_000) };
  drs.addJob('FULL_TRANSFER_STARTED', { progress_map: parts(100, 63, 0) }, { name: 'orders' }).explains(started);
  drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders-archive', type: 'sync' });
  drs.addJob('PAUSING', {}, { name: 'billing' });
  drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: '订单迁移' });
  drs.addJob('INCRE_TRANSFER_FAILED', {}, { name: 'inventory' }).explains({
    error_code: 'DRS.KE0002',
    error_message: "Access denied for user 'root'@'10.0.0.5'",
  });
  drs.addJob('RELEASE_RESOURCE_COMPLETE', {}, { name: 'customers' });
  const standby = drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'standby', type: 'cloudDataGuard' });
  standby.recovery = { rpo_info: { delay: '0' }, rto_info: { delay: '2000' } };
  const shop = drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'shop' });
  shop.silent = true;
  for (let number = 1; number <= 12; number++) {
    drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: `shop-shard-${number}`, parentId: shop.id });
  }
}

/** Plays a migration from the middle of its full copy to its end, told in two channels and two languages. */
export async function playStory(stage: Stage): Promise<void> {
  const { slack } = stage;
  const job = jobCalled(stage, 'orders');

  await scene(stage, 'Ana, a DBA, and Li, whose team waits, subscribe their channels to a running migration.');
  await types(stage, 'ana', '#migrations', '/drs subscribe orders');
  await types(stage, 'li', '#orders-team', '/drs settings lang:zh');
  await types(stage, 'li', '#orders-team', '/drs subscribe orders');

  await scene(stage, 'The full copy completes, and replication starts.');
  await told(stage, job, 'FULL_TRANSFER_COMPLETE', { progress_map: parts(100, 100, 100) });
  const replicating = await told(stage, job, 'INCRE_TRANSFER_STARTED', {
    incre_trans_delay: '372',
    incre_trans_delay_millis: '372400',
  });

  await scene(stage, 'Ben wants to know how far behind it is.');
  await types(stage, 'ben', '#orders-team', '/drs orders');

  // Before the pause of the scene: who presses just after a poll is shown what that poll read.
  job.becomes('INCRE_TRANSFER_STARTED', { incre_trans_delay: '2', incre_trans_delay_millis: '2100' });
  await scene(
    stage,
    'A few hours later Ana presses Refresh on the older message: what it said stays, and below it stands how the job is, with the time.',
  );
  stage.print(`\n  #migrations  @ana presses [ Refresh ]`);
  await slack.people.click('ana', replicating, 'Refresh');
  await edited(stage, replicating);

  await scene(stage, 'Replication fails at night. The message comes at once, its cause is added when DRS gives it.');
  const failed = await told(stage, job, 'INCRE_TRANSFER_FAILED', {});
  job.explains({
    error_code: 'DRS.M05023',
    failed_reason: "Duplicate entry 'bob@acme.com' for key 'PRIMARY' in shop.orders on 10.0.0.5:3306",
  });
  await slack.waitFor('the cause', () =>
    slack.messages('#migrations').find((one) => one.ts === failed.ts && one.text.includes('Duplicate entry')),
  );

  await scene(stage, 'Somebody mends it.');
  await told(stage, job, 'INCRE_TRANSFER_STARTED', { incre_trans_delay: '1', incre_trans_delay_millis: '900' });

  // Long enough to be seen in sync, without which no end is a good one.
  await stage.clock.sleep(2 * stage.pauseMs);
  await scene(stage, 'Cut-over: the job is stopped. Both channels hear it, and their subscriptions end with it.');
  await told(stage, job, 'RELEASE_RESOURCE_COMPLETE', {});
  await types(stage, 'ana', '#migrations', '/drs list');
}

function jobCalled({ drs }: Stage, name: string): SimulatedJob {
  const job = drs.findJob(name);
  if (job === undefined) throw new Error(`the story needs a job called ${name}`);
  return job;
}

/** Waits until a message has been edited. */
async function edited({ slack }: Stage, message: Message): Promise<void> {
  await slack.waitFor('the edited message', () =>
    slack.messages('#migrations').find((one) => one.ts === message.ts && one.edited),
  );
}

async function scene({ clock, print, pauseMs }: Stage, words: string): Promise<void> {
  await clock.sleep(pauseMs);
  print(`\n── ${words}`);
}

/** Types a command and waits for the answer. */
async function types({ slack, print }: Stage, user: string, channel: string, line: string): Promise<void> {
  const known = slack.ephemerals(channel, user).length;
  print(`\n  ${channel}  @${user} types: ${line}`);
  const acted = await slack.people.type(user, channel, line);
  if (!acted.acked) throw new Error(acted.slackSays ?? 'the bot did not acknowledge');
  await slack.waitFor(`the answer to ${line}`, () => slack.ephemerals(channel, user)[known]);
}

/** Lets the job change and waits until both channels have been told; returns the first channel's message. */
async function told(
  { slack }: Stage,
  job: SimulatedJob,
  status: string,
  fields: Readonly<Record<string, unknown>>,
): Promise<Message> {
  const known = CHANNELS.map((channel) => slack.messages(channel).length);
  job.becomes(status, fields);
  const messages = await Promise.all(
    CHANNELS.map((channel, index) =>
      slack.waitFor(`${status} in ${channel}`, () => slack.messages(channel)[known[index] ?? 0], 15_000),
    ),
  );
  const [first] = messages;
  if (first === undefined) throw new Error('the story needs a channel');
  return first;
}

function parts(struct: number, data: number, index: number) {
  const part = (percent: number) => ({ completed: `${percent}%`, remaining_time: null });
  return { struct: part(struct), data: part(data), index: part(index) };
}
