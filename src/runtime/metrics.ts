import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import { DRS_FAILURE_REASONS } from '../domain/job/progress-answer.ts';
import { SECOND } from '../domain/base/time.ts';
import { HOLD_REASONS } from '../domain/post/incident.ts';
import type { EpochMs } from '../domain/base/time.ts';
import { LOOP_NAMES, TURN_NAMES } from '../domain/vital-signs.ts';
import type { VitalSigns } from '../domain/vital-signs.ts';
import type { DrsRead, Metrics } from '../ports/metrics.ts';
import type { StoreFigures } from '../ports/store/upkeep.ts';
import type { Page } from './ops-server.ts';

const READS: readonly DrsRead[] = ['progress', 'list', 'details', 'recovery'];
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
    posted: (outcome, reason) => work.posts.inc({ outcome, reason: slackReason(reason) }),
    edited: (outcome, reason) => work.edits.inc({ outcome, reason: slackReason(reason) }),
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
  const turns = new Counter({
    registers,
    name: 'drs_bot_loop_turns_total',
    help: 'Turns of each loop, by how they ended.',
    labelNames: ['loop', 'outcome'],
  });
  const turnSeconds = new Histogram({
    registers,
    name: 'drs_bot_loop_turn_seconds',
    help: 'How long a turn of each loop took.',
    labelNames: ['loop'],
    buckets: TURN_BUCKETS,
  });
  const reads = new Counter({
    registers,
    name: 'drs_bot_drs_reads_total',
    help: 'Reads from DRS, retries included in each, by how they ended.',
    labelNames: ['read', 'outcome'],
  });
  const readSeconds = new Histogram({
    registers,
    name: 'drs_bot_drs_read_seconds',
    help: 'How long a read from DRS took, retries and waiting for its turn included.',
    labelNames: ['read'],
    buckets: READ_BUCKETS,
  });
  const posts = new Counter({
    registers,
    name: 'drs_bot_slack_posts_total',
    help: 'Attempts to send a post, by how they ended and why.',
    labelNames: ['outcome', 'reason'],
  });
  const edits = new Counter({
    registers,
    name: 'drs_bot_slack_edits_total',
    help: 'Attempts to edit a message, by how they ended and why.',
    labelNames: ['outcome', 'reason'],
  });
  const searches = new Counter({
    registers,
    name: 'drs_bot_slack_searches_total',
    help: 'Pages of channels that were read to look for a post of our own, by what they came to.',
    labelNames: ['outcome'],
  });
  const removals = new Counter({
    registers,
    name: 'drs_bot_slack_removals_total',
    help: 'Attempts to take away a message that came twice, by how they ended.',
    labelNames: ['outcome'],
  });
  for (const loop of TURN_NAMES) turnSeconds.zero({ loop });
  for (const read of READS) readSeconds.zero({ read });
  for (const loop of TURN_NAMES) for (const outcome of ['ok', 'failed']) turns.inc({ loop, outcome }, 0);
  for (const read of READS) for (const outcome of ['answered', ...DRS_FAILURE_REASONS]) reads.inc({ read, outcome }, 0);
  for (const outcome of POST_OUTCOMES) posts.inc({ outcome, reason: outcome === 'delivered' ? 'none' : 'other' }, 0);
  for (const outcome of EDIT_OUTCOMES)
    edits.inc({ outcome, reason: outcome === 'delivered' || outcome === 'gone' ? 'none' : 'other' }, 0);
  for (const outcome of SEARCH_OUTCOMES) searches.inc({ outcome }, 0);
  for (const outcome of REMOVE_OUTCOMES) removals.inc({ outcome }, 0);
  return { turns, turnSeconds, reads, readSeconds, posts, edits, searches, removals };
}

/** What is true at one moment. A figure that cannot be had is NaN: neither zero nor what it was before. */
function createGauges(registers: Registry[]): (momentary: Momentary) => void {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const started = gauge('drs_bot_start_timestamp_seconds', 'When the bot started.');
  const lastTick = gauge(
    'drs_bot_last_tick_timestamp_seconds',
    'When a tick last came to its end; NaN before the first.',
  );
  const lastAnswer = gauge(
    'drs_bot_drs_last_answer_timestamp_seconds',
    'When DRS last gave progress; NaN if it never did or does not now.',
  );
  const overdue = gauge('drs_bot_poll_overdue_seconds', 'For how long a planned poll is overdue; 0 when none is.');
  const blind = gauge(
    'drs_bot_blind_seconds',
    'For how long DRS has given no progress; 0 when it does. A pause by schedule does not count.',
  );
  const connected = gauge('drs_bot_slack_connected', '1 when Slack can reach the bot: its socket or port is open.');
  const readable = gauge('drs_bot_database_readable', '1 when the figures of the database could be read.');
  const watched = gauge('drs_bot_watched_jobs', 'Jobs that somebody is subscribed to.');
  const unreadable = gauge(
    'drs_bot_unreadable_jobs',
    'Watched jobs that alone have given no report for half an hour, while others do.',
  );
  const subscriptions = gauge('drs_bot_subscriptions', 'Subscriptions of all channels.');
  const paused = gauge('drs_bot_paused_channels', 'Channels that refuse posts.');
  const refused = gauge('drs_bot_workspace_refused', '1 when Slack refuses posts of this bot everywhere.');
  const showOwed = createOwedGauges(registers);
  const blindTotal = new Counter({
    name: 'drs_bot_blind_seconds_total',
    help: 'For how long DRS gave no progress since the start.',
    registers,
  });
  const beats = new Gauge({
    name: 'drs_bot_loop_last_turn_timestamp_seconds',
    help: 'When each loop last showed that it turns.',
    labelNames: ['loop'],
    registers,
  });
  return ({ now, signs, figures, slackConnected }) => {
    const { drs, lastTickAt } = signs;
    started.set(signs.startedAt / SECOND);
    lastTick.set(lastTickAt === null ? Number.NaN : lastTickAt / SECOND);
    for (const loop of LOOP_NAMES) beats.set({ loop }, signs.beats[loop] / SECOND);
    lastAnswer.set(drs.kind === 'answers' ? drs.lastAt / SECOND : Number.NaN);
    overdue.set(signs.poll.overdueMs / SECOND);
    blind.set(blindMs(drs, figures) / SECOND);
    blindTotal.reset();
    blindTotal.inc(signs.blindMs / SECOND);
    connected.set(slackConnected ? 1 : 0);
    readable.set(figures === null ? 0 : 1);
    watched.set(figures?.watchedJobs ?? Number.NaN);
    unreadable.set(figures?.unreadableJobs ?? Number.NaN);
    subscriptions.set(figures?.subscriptions ?? Number.NaN);
    paused.set(figures?.pausedChannels ?? Number.NaN);
    refused.set(figures === null ? Number.NaN : Number(figures.workspaceRefusal !== null));
    showOwed(figures, now);
  };
}

/** What is owed to channels, and why it is not told yet. */
function createOwedGauges(registers: Registry[]): (figures: StoreFigures | null, now: EpochMs) => void {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const queued = gauge('drs_bot_queue_deliveries', 'Deliveries that wait for their turn.');
  const oldest = gauge('drs_bot_queue_oldest_seconds', 'How long the oldest of them has waited; 0 when none does.');
  const lookedFor = gauge('drs_bot_looked_for_posts', 'Posts whose answer was lost and that are looked for.');
  const lookedForOldest = gauge(
    'drs_bot_looked_for_oldest_seconds',
    'How long ago the oldest of them was sent; 0 when there is none.',
  );
  const held = gauge('drs_bot_held_deliveries', 'Deliveries that wait in paused channels.');
  const heldFor = new Gauge({
    name: 'drs_bot_waiting_deliveries',
    help: 'Deliveries that are not to be told yet, by the reason.',
    labelNames: ['reason'],
    registers,
  });
  return (figures, now) => {
    queued.set(figures?.queued.count ?? Number.NaN);
    held.set(figures?.held ?? Number.NaN);
    for (const reason of HOLD_REASONS)
      heldFor.set({ reason }, figures === null ? Number.NaN : (figures.heldFor[reason] ?? 0));
    oldest.set(figures === null ? Number.NaN : waitedSeconds(figures.queued, now));
    lookedFor.set(figures?.searching.count ?? Number.NaN);
    lookedForOldest.set(figures === null ? Number.NaN : waitedSeconds(figures.searching, now));
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
