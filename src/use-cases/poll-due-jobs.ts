import type { Explanation } from '../domain/explanation.ts';
import { formatDuration } from '../domain/duration.ts';
import { estimatePass } from '../domain/poll-budget.ts';
import type { DrsFailureReason, ProgressAnswers } from '../domain/progress-answer.ts';
import type { EpochMs } from '../domain/time.ts';
import { askAndCommit } from './ask-and-commit.ts';
import type { Context } from './context.ts';

/** Batches in flight at once; the DRS client allows no more. */
const LANES = 2;

/** Failures that every further request of this pass would meet as well. */
const CONNECTION_IS_DOWN: ReadonlySet<DrsFailureReason> = new Set<DrsFailureReason>([
  'credentials_rejected',
  'account_locked',
  'access_denied',
  'project_unknown',
  'not_found',
  'throttled',
  'bad_request',
]);
/** Batches in a row without a single answer, for whatever reason, after which the rest waits for the next tick. */
const MOST_FAILED_BATCHES = 3;

/** What one tick did. */
export interface PollReport {
  /** Jobs that were due when the tick began. */
  readonly due: number;
  readonly batches: number;
  /** Jobs whose outcome was committed. */
  readonly committed: number;
  /** Jobs that DRS said anything about. */
  readonly answered: number;
  readonly events: number;
  readonly deliveries: number;
  /** The tick ended early because DRS is out of reach: why. */
  readonly stoppedBy: Explanation | null;
}

/** One tick: asks about every due job of every channel, once, in whole batches, and commits batch by batch. */
export async function pollDueJobs(context: Context, signal?: AbortSignal): Promise<PollReport> {
  const now = context.clock.now();
  const pass = new PollPass(await context.store.countDueJobs(context.connectionId, now));
  if (pass.due > 0) {
    warnIfStretched(context, pass.due);
    const lanes = await Promise.allSettled(Array.from({ length: LANES }, () => pollLane(context, pass, now, signal)));
    for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason;
  }
  return pass;
}

function warnIfStretched({ polling, log }: Context, due: number): void {
  const estimate = estimatePass(due, polling);
  if (estimate.fits) return;
  const every = formatDuration(estimate.passMs);
  log.warn(
    { jobs: due, requests: estimate.requests, passMs: estimate.passMs, intervalMs: polling.intervalMs },
    `${due} jobs need ${estimate.requests} requests, which takes about ${every} at ${polling.maxRps} a second: jobs are polled about every ${every} instead of every ${formatDuration(polling.intervalMs)}`,
  );
}

/** Claims and asks batch after batch until nothing is due, DRS is out of reach, or the signal says stop. */
async function pollLane(context: Context, pass: PollPass, now: EpochMs, signal?: AbortSignal): Promise<void> {
  const { store, newId, connectionId, durations, polling } = context;
  while (pass.stoppedBy === null && signal?.aborted !== true) {
    const token = newId();
    const jobs = await store.claimDueJobs({
      connectionId,
      now,
      limit: polling.batchSize,
      token,
      leaseMs: durations.jobLeaseMs,
    });
    if (jobs.length === 0) return;
    const report = await askAndCommit(context, token, jobs, { signal });
    pass.count(report.committed.length, report.events, report.deliveries, report.answers);
  }
}

class PollPass implements PollReport {
  readonly due: number;
  batches = 0;
  committed = 0;
  answered = 0;
  events = 0;
  deliveries = 0;
  stoppedBy: Explanation | null = null;
  private failedInARow = 0;

  constructor(due: number) {
    this.due = due;
  }

  count(committed: number, events: number, deliveries: number, answers: ProgressAnswers): void {
    this.batches += 1;
    this.committed += committed;
    this.events += events;
    this.deliveries += deliveries;
    this.answered += [...answers.values()].filter((answer) => answer.kind !== 'unanswered').length;
    const failure = commonFailure(answers);
    this.failedInARow = failure === null ? 0 : this.failedInARow + 1;
    if (failure !== null && (CONNECTION_IS_DOWN.has(failure.reason) || this.failedInARow >= MOST_FAILED_BATCHES)) {
      this.stoppedBy = failure.why;
    }
  }
}

/** Why no job of a batch was answered; null when one was. */
function commonFailure(answers: ProgressAnswers) {
  const all = [...answers.values()];
  const unanswered = all.flatMap((answer) => (answer.kind === 'unanswered' ? [answer.failure] : []));
  return unanswered.length === all.length ? (unanswered[0] ?? null) : null;
}
