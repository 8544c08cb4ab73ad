import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import { DRS_FAILURE_REASONS } from '../domain/job/progress-answer.ts';
import { SILENCES } from '../domain/job/silence.ts';
import { RULE_NAMES } from '../domain/rules/decision.ts';
import { SECOND } from '../domain/base/time.ts';
import { HOLD_REASONS } from '../domain/post/incident.ts';
import type { EpochMs } from '../domain/base/time.ts';
import { LOOP_NAMES, TURN_NAMES } from '../domain/vital-signs.ts';
import type { VitalSigns } from '../domain/vital-signs.ts';
import type { DrsRead, Metrics } from '../ports/metrics.ts';
import type { StoreFigures } from '../ports/store/upkeep.ts';
import type { Page } from './ops-server.ts';

const READS: readonly DrsRead[] = [
  'progress',
  'list',
  'details',
  'recovery',
  'comparisons',
  'timeline',
  'terms',
  'log',
];
const POST_OUTCOMES = ['delivered', 'retry', 'uncertain', 'refused'] as const;
const EDIT_OUTCOMES = [...POST_OUTCOMES, 'gone'] as const;
const SEARCH_OUTCOMES = ['found', 'more', 'absent', 'retry', 'uncertain', 'refused'] as const;
const REMOVE_OUTCOMES = ['gone', 'retry', 'uncertain', 'refused'] as const;
/** In seconds: from a write on a quick disk to a pass over thousands of jobs. */
const TURN_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300];
const READ_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 45];

/** What is looked up at the moment somebody fetches the figures. */
export interface Momentary {
  readonly now: EpochMs;
  readonly signs: VitalSigns;
  /** Null when the database cannot be read. */
  readonly figures: StoreFigures | null;
  readonly slackConnected: boolean;
}

/** Metrics that can be fetched. */
export interface FetchableMetrics extends Metrics {
  render(momentary: Momentary): Promise<Page>;
}

/**
 * Counts with prom-client, in a registry of its own. Every series whose labels are known beforehand begins at zero, so
 * that a first failure is a rise and not a new series.
 *
 * @param slackReasons the reasons that Slack may give for an outcome; any other is counted as `other`
 */
export function createMetrics(about: {
  readonly version: string;
  readonly schema: string;
  readonly slackReasons: ReadonlySet<string>;
}): FetchableMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const work = countWork(registers);
  const show = createGauges(registers);
  new Gauge({
    name: 'drs_bot_info',
    help: 'Always 1; what runs.',
    labelNames: ['version', 'node', 'schema'],
    registers,
  })
    .labels(about.version, process.versions.node, about.schema)
    .set(1);
  const slackReason = (reason: string | null) =>
    reason === null ? 'none' : about.slackReasons.has(reason) ? reason : 'other';
  return {
    turned(loop, { ms, ok }) {
      work.turns.inc({ loop, outcome: ok ? 'ok' : 'failed' });
      work.turnSeconds.observe({ loop }, ms / SECOND);
    },
    readDrs(read, outcome, ms) {
      work.reads.inc({ read, outcome });
      work.readSeconds.observe({ read }, ms / SECOND);
    },
    decided: (silence) => work.decisions.inc({ decision: silence ?? 'told' }),
    judged: (rule, silence, count) => work.judgements.inc({ rule, decision: silence ?? 'found' }, count),
    posted: (outcome, reason) => work.posts.inc({ outcome, reason: slackReason(reason) }),
    edited: (outcome, reason) => work.edits.inc({ outcome, reason: slackReason(reason) }),
    refusedEverywhere: (reason) => work.refusals.inc({ reason: slackReason(reason) }),
    searched: (outcome) => work.searches.inc({ outcome }),
    removed: (outcome) => work.removals.inc({ outcome }),
    async render(momentary) {
      show(momentary);
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

/** What is counted and measured while it happens. */
function countWork(registers: Registry[]) {
  const counter = <L extends string>(name: string, help: string, ...labelNames: readonly L[]) =>
    new Counter({ registers, name: `drs_bot_${name}`, help, labelNames });
  const histogram = <L extends string>(name: string, help: string, label: L, buckets: number[]) =>
    new Histogram({ registers, name: `drs_bot_${name}`, help, labelNames: [label], buckets });
  const work = {
    turns: counter('loop_turns_total', 'Turns of each loop, by how they ended.', 'loop', 'outcome'),
    turnSeconds: histogram('loop_turn_seconds', 'How long a turn of each loop took.', 'loop', TURN_BUCKETS),
    reads: counter(
      'drs_reads_total',
      'Reads from DRS, retries included in each, by how they ended.',
      'read',
      'outcome',
    ),
    readSeconds: histogram(
      'drs_read_seconds',
      'How long a read from DRS took, retries and waiting for its turn included.',
      'read',
      READ_BUCKETS,
    ),
    decisions: counter(
      'job_decisions_total',
      'Answers about jobs, by what was decided: something is told, or why nothing is.',
      'decision',
    ),
    judgements: counter(
      'rule_decisions_total',
      'Samples of jobs, by rule and what it decided: something is found, or why nothing is.',
      'rule',
      'decision',
    ),
    posts: counter('slack_posts_total', 'Attempts to send a post, by how they ended and why.', 'outcome', 'reason'),
    edits: counter('slack_edits_total', 'Attempts to edit a message, by how they ended and why.', 'outcome', 'reason'),
    refusals: counter('workspace_refusals_total', 'Times that Slack refused this bot everywhere, by why.', 'reason'),
    searches: counter(
      'slack_searches_total',
      'Pages of channels that were read to look for a post of our own, by what they came to.',
      'outcome',
    ),
    removals: counter(
      'slack_removals_total',
      'Attempts to take away a message that came twice, by how they ended.',
      'outcome',
    ),
  };
  for (const loop of TURN_NAMES) work.turnSeconds.zero({ loop });
  for (const read of READS) work.readSeconds.zero({ read });
  for (const loop of TURN_NAMES) for (const outcome of ['ok', 'failed']) work.turns.inc({ loop, outcome }, 0);
  for (const read of READS)
    for (const outcome of ['answered', ...DRS_FAILURE_REASONS]) work.reads.inc({ read, outcome }, 0);
  for (const decision of ['told', ...SILENCES]) work.decisions.inc({ decision }, 0);
  for (const rule of RULE_NAMES) work.judgements.inc({ rule, decision: 'found' }, 0);
  for (const outcome of POST_OUTCOMES)
    work.posts.inc({ outcome, reason: outcome === 'delivered' ? 'none' : 'other' }, 0);
  for (const outcome of EDIT_OUTCOMES)
    work.edits.inc({ outcome, reason: outcome === 'delivered' || outcome === 'gone' ? 'none' : 'other' }, 0);
  work.refusals.inc({ reason: 'other' }, 0);
  for (const outcome of SEARCH_OUTCOMES) work.searches.inc({ outcome }, 0);
  for (const outcome of REMOVE_OUTCOMES) work.removals.inc({ outcome }, 0);
  return work;
}

/** A figure of the moment; null when it cannot be had, which is neither zero nor what it was before. */
type Figure = readonly [name: string, help: string, read: (momentary: Momentary) => number | null];

const FIGURES: readonly Figure[] = [
  ['start_timestamp_seconds', 'When the bot started.', ({ signs }) => signs.startedAt / SECOND],
  [
    'last_tick_timestamp_seconds',
    'When a tick last came to its end; NaN before the first.',
    ({ signs: { lastTickAt } }) => (lastTickAt === null ? null : lastTickAt / SECOND),
  ],
  [
    'drs_last_answer_timestamp_seconds',
    'When DRS last gave progress; NaN if it never did or does not now.',
    ({ signs: { drs } }) => (drs.kind === 'answers' ? drs.lastAt / SECOND : null),
  ],
  [
    'poll_overdue_seconds',
    'For how long a planned poll is overdue; 0 when none is.',
    ({ signs }) => signs.poll.overdueMs / SECOND,
  ],
  [
    'blind_seconds',
    'For how long DRS has given no progress; 0 when it does. A pause by schedule does not count.',
    ({ signs, figures }) => blindMs(signs.drs, figures) / SECOND,
  ],
  [
    'slack_connected',
    '1 when Slack can reach the bot: its socket or port is open.',
    ({ slackConnected }) => Number(slackConnected),
  ],
  ['database_readable', '1 when the figures of the database could be read.', ({ figures }) => Number(figures !== null)],
  ['watched_jobs', 'Jobs that somebody is subscribed to.', ofStore((figures) => figures.watchedJobs)],
  [
    'unreadable_jobs',
    'Watched jobs that alone have given no report for half an hour, while others do.',
    ofStore((figures) => figures.unreadableJobs),
  ],
  ['subscriptions', 'Subscriptions of all channels.', ofStore((figures) => figures.subscriptions)],
  ['paused_channels', 'Channels that refuse posts.', ofStore((figures) => figures.pausedChannels)],
  [
    'workspace_refused',
    '1 when Slack refuses posts of this bot everywhere.',
    ofStore((figures) => Number(figures.workspaceRefusal !== null)),
  ],
  ['queue_deliveries', 'Deliveries that wait for their turn.', ofStore((figures) => figures.queued.count)],
  [
    'queue_oldest_seconds',
    'How long the oldest of them has waited; 0 when none does.',
    ofStore((figures, now) => waitedSeconds(figures.queued, now)),
  ],
  [
    'looked_for_posts',
    'Posts whose answer was lost and that are looked for.',
    ofStore((figures) => figures.searching.count),
  ],
  [
    'looked_for_oldest_seconds',
    'How long ago the oldest of them was sent; 0 when there is none.',
    ofStore((figures, now) => waitedSeconds(figures.searching, now)),
  ],
  ['held_deliveries', 'Deliveries that wait in paused channels.', ofStore((figures) => figures.held)],
];

function ofStore(read: (figures: StoreFigures, now: EpochMs) => number): Figure[2] {
  return ({ figures, now }) => (figures === null ? null : read(figures, now));
}

/** What is true at one moment. */
function createGauges(registers: Registry[]): (momentary: Momentary) => void {
  const gauge = (name: string, help: string, ...labelNames: readonly string[]) =>
    new Gauge({ registers, name: `drs_bot_${name}`, help, labelNames });
  const figures = FIGURES.map(([name, help, read]) => ({ gauge: gauge(name, help), read }));
  const blindTotal = new Counter({
    name: 'drs_bot_blind_seconds_total',
    help: 'For how long DRS gave no progress since the start.',
    registers,
  });
  const beats = gauge('loop_last_turn_timestamp_seconds', 'When each loop last showed that it turns.', 'loop');
  const heldFor = gauge('waiting_deliveries', 'Deliveries that are not to be told yet, by the reason.', 'reason');
  return (momentary) => {
    const { signs } = momentary;
    for (const figure of figures) figure.gauge.set(figure.read(momentary) ?? Number.NaN);
    for (const loop of LOOP_NAMES) beats.set({ loop }, signs.beats[loop] / SECOND);
    for (const reason of HOLD_REASONS)
      heldFor.set({ reason }, ofStore((store) => store.heldFor[reason] ?? 0)(momentary) ?? Number.NaN);
    blindTotal.reset();
    blindTotal.inc(signs.blindMs / SECOND);
  };
}

/** An episode knows of the time before this process, too. */
function blindMs(drs: VitalSigns['drs'], figures: StoreFigures | null): number {
  const heardMs = drs.kind === 'silent' ? drs.forMs : 0;
  const episode = figures?.episode ?? null;
  return episode !== null && episode.seeingAt === null ? Math.max(heardMs, episode.blindMs) : heardMs;
}

function waitedSeconds({ oldestAt }: StoreFigures['queued'], now: EpochMs): number {
  return oldestAt === null ? 0 : Math.max(0, now - oldestAt) / SECOND;
}
