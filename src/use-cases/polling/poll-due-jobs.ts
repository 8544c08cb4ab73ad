import { holdFailure } from '../../domain/base/hold-failure.ts';
import type { Explanation } from '../../domain/job/explanation.ts';
import type { Job } from '../../domain/job/job.ts';
import { formatDuration } from '../../domain/base/duration.ts';
import { estimatePass } from '../../domain/poll/poll-budget.ts';
import type { PassEstimate } from '../../domain/poll/poll-budget.ts';
import { whyUnknown } from '../../domain/poll/no-report.ts';
import { commonFailure } from '../../domain/job/progress-answer.ts';
import type { DrsFailure, DrsFailureReason } from '../../domain/job/progress-answer.ts';
import { SECOND } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { askAndCommit } from './ask-and-commit.ts';
import type { AskAndCommitDeps, AskReport } from './ask-and-commit.ts';
import type { NewId } from '../../ports/new-id.ts';

/** Batches in flight at once; the DRS client allows no more. */
const MAX_IN_FLIGHT = 2;

/** Failures that every further request would meet as well: they are about whoever asks. */
const ABOUT_THE_ASKER: ReadonlySet<DrsFailureReason> = new Set<DrsFailureReason>([
  'credentials_rejected',
  'account_locked',
  'access_denied',
  'project_unknown',
]);
/** After so many batches in a row without a single answer, one from the back of the queue shows whether DRS answers at all. */
const MAX_FAILED_BATCHES = 3;
/** A pass waits no longer than this for its next request: */
const MAX_WAIT_MS = 15 * SECOND;
/** and not when the wait would end later than in this part of the interval. The next pass goes on where this one ends. */
const USABLE_INTERVAL = 0.9;

/** What polling takes. */
export type PollDueJobsDeps = AskAndCommitDeps & { readonly newId: NewId };

/** What one tick did. */
export interface PollReport {
  /** Jobs that were due when the tick began. */
  readonly due: number;
  readonly batches: number;
  /** Batches of which DRS answered something. */
  readonly answered: number;
  /** Jobs whose outcome was committed. */
  readonly committed: number;
  readonly events: number;
  readonly deliveries: number;
  /** DRS wanted no more requests: the jobs that were left out come first in the next pass. */
  readonly throttled: boolean;
  /** The tick ended early because DRS is out of reach: why. */
  readonly stoppedBy: Explanation | null;
  /** When it began. */
  readonly beganAt: EpochMs;
  /** Jobs of which DRS gave a report. */
  readonly reports: number;
  /** Why the others gave none: the last reason; null when there is none to give. */
  readonly why: Explanation | null;
}

/** A tick in which DRS answered, or in which there was nothing to ask. */
export function isGoodTick({ batches, answered, throttled }: PollReport): boolean {
  return answered > 0 || (batches === 0 && !throttled);
}

/**
 * One tick: asks about every due job of every channel, once, in whole batches, whoever has waited longest first, and
 * commits batch by batch. What DRS does not let us ask in this tick comes first in the next.
 */
export async function pollDueJobs(deps: PollDueJobsDeps, signal?: AbortSignal): Promise<PollReport> {
  const pass = new PollPass(deps, await deps.store.countDueJobs(deps.connectionId, deps.clock.now()));
  if (pass.due > 0) {
    noteEstimate(deps, pass.due);
    deps.vitals.notePass(pass.beganAt);
    const branches = await Promise.allSettled(
      Array.from({ length: MAX_IN_FLIGHT }, () => pollBranch(deps, pass, signal)),
    );
    deps.vitals.notePass(null);
    for (const branch of branches) if (branch.status === 'rejected') throw branch.reason;
  }
  return pass;
}

/** Says in the log when jobs are asked about more seldom than wanted, and when no longer; not in every pass. */
function noteEstimate({ polling, log, drs, vitals }: PollDueJobsDeps, due: number): void {
  const { quota } = drs.allowance();
  const estimate = estimatePass(due, polling, quota);
  const wanted = formatDuration(polling.intervalMs);
  switch (vitals.estimated(estimate)) {
    case 'stretched': {
      const { requests, passMs } = estimate;
      const fields = { jobs: due, requests, passMs, intervalMs: polling.intervalMs, quota };
      const every = formatDuration(passMs);
      log.warn(
        fields,
        `${cost(estimate, polling.maxRps)}: jobs are polled about every ${every} instead of every ${wanted}`,
      );
      return;
    }
    case 'fits_again':
      log.info({ jobs: due }, `jobs are polled every ${wanted} again`);
      return;
    case null:
  }
}

function cost({ jobs, requests, passMs, quota }: PassEstimate, maxRps: number): string {
  return quota === null
    ? `${jobs} jobs need ${requests} requests, which takes about ${formatDuration(passMs)} at ${maxRps} a second`
    : `${jobs} jobs need ${requests} requests, and DRS allows ${quota.limit} in ${formatDuration(quota.windowMs)}`;
}

/** Claims and asks batch after batch until nothing is due, DRS is out of reach, or the signal says stop. */
async function pollBranch(deps: PollDueJobsDeps, pass: PollPass, signal?: AbortSignal): Promise<void> {
  while (pass.goesOn() && signal?.aborted !== true) {
    const batch = await pass.claim();
    if (batch.jobs.length === 0) return;
    const report = await askAndCommit(deps, batch.token, batch.jobs, { signal, firstPlace: batch.firstPlace });
    if (pass.count(report, batch)?.reason === 'throttled') return;
  }
}

/** A batch that is leased with `token`. */
interface ClaimedBatch {
  readonly token: string;
  readonly jobs: readonly Job[];
  /** The place in the queue of the first of them; the others follow. */
  readonly firstPlace: EpochMs;
  /** It is from the back of the queue, to show whether DRS answers at all. */
  readonly isControl: boolean;
}

class PollPass implements PollReport {
  readonly due: number;
  batches = 0;
  answered = 0;
  committed = 0;
  events = 0;
  deliveries = 0;
  throttled = false;
  stoppedBy: Explanation | null = null;
  readonly beganAt: EpochMs;
  reports = 0;
  why: Explanation | null = null;
  readonly #deps: PollDueJobsDeps;
  readonly #now: EpochMs;
  /** Jobs leased so far: those answered in one pass keep their order in the queue. */
  #leased = 0;
  #claiming: Promise<unknown> = Promise.resolve();
  #failedInARow = 0;
  #control: 'none' | 'wanted' | 'asked' = 'none';

  constructor(deps: PollDueJobsDeps, due: number) {
    this.#deps = deps;
    this.#now = deps.clock.now();
    this.beganAt = this.#now;
    this.due = due;
  }

  /** Another batch may be asked about now, or soon enough. */
  goesOn(): boolean {
    if (this.stoppedBy !== null) return false;
    const { clock, drs, polling } = this.#deps;
    const { waitMs } = drs.allowance();
    const endsInTime = clock.now() + waitMs - this.#now <= polling.intervalMs * USABLE_INTERVAL;
    const isSoon = waitMs <= SECOND || (waitMs <= MAX_WAIT_MS && endsInTime);
    if (!isSoon) this.throttled = true;
    return isSoon;
  }

  /** Leases the next batch, one branch after the other, so that places are given in the order of the queue. */
  claim(): Promise<ClaimedBatch> {
    const claimed = holdFailure(this.#claiming.then(() => this.#claimNext()));
    this.#claiming = claimed.catch(() => undefined);
    return claimed;
  }

  /** Adds up what came of a batch; returns why none of its jobs was answered. */
  count({ answers, committed, events, deliveries }: AskReport, { isControl }: ClaimedBatch): DrsFailure | null {
    this.batches += 1;
    this.committed += committed.length;
    this.events += events;
    this.deliveries += deliveries;
    for (const answer of answers.values())
      if (answer.kind === 'report') this.reports += 1;
      else this.why = whyUnknown(answer);
    const failure = commonFailure(answers);
    if (failure === null) {
      this.answered += 1;
      this.#failedInARow = 0;
      this.#control = 'none';
      return null;
    }
    if (failure.reason === 'throttled') this.throttled = true;
    else this.#countFailure(failure, isControl);
    return failure;
  }

  /** One odd batch stops nothing; a DRS that answers nobody ends the pass. */
  #countFailure({ reason, why }: DrsFailure, isControl: boolean): void {
    this.#failedInARow += 1;
    if (ABOUT_THE_ASKER.has(reason) || isControl) this.stoppedBy = why;
    if (this.#failedInARow >= MAX_FAILED_BATCHES && this.#control === 'none') this.#control = 'wanted';
  }

  async #claimNext(): Promise<ClaimedBatch> {
    const { store, newId, connectionId, durations, polling } = this.#deps;
    const token = newId();
    const firstPlace = this.#now + this.#leased;
    const isControl = this.#control === 'wanted';
    const isAllTaken = this.#leased >= this.due;
    if (this.stoppedBy !== null || isAllTaken) return { token, jobs: [], firstPlace, isControl };
    if (isControl) this.#control = 'asked';
    const request = { connectionId, now: this.#now, limit: polling.batchSize, token, leaseMs: durations.jobLeaseMs };
    const jobs = await store.claimDueJobs({ ...request, from: isControl ? 'back' : 'front' });
    this.#leased += jobs.length;
    return { token, jobs, firstPlace, isControl };
  }
}
