import { holdFailure } from '../domain/base/hold-failure.ts';
import { decidePoll } from '../domain/decide-poll.ts';
import type { JobDecision } from '../domain/decide-poll.ts';
import type { Job } from '../domain/job.ts';
import type { ProgressAnswers } from '../domain/progress-answer.ts';
import type { Language } from '../domain/language.ts';
import { askAboutJobs } from './ask-about-jobs.ts';
import type { Context } from './context.ts';

/** What one round of asking did. */
export interface AskReport {
  readonly answers: ProgressAnswers;
  /** Decisions that were committed; those whose lease was lost meanwhile are left out. */
  readonly committed: readonly JobDecision[];
  readonly events: number;
  readonly deliveries: number;
}

/**
 * Asks DRS about jobs leased with `token`, decides and commits: the one way a job's state changes, for the poller, a
 * status command and a refresh click alike. Whatever goes wrong, the leases are given back.
 */
export async function askAndCommit(
  context: Context,
  token: string,
  jobs: readonly Job[],
  options: { readonly signal?: AbortSignal | undefined; readonly language?: Language | undefined } = {},
): Promise<AskReport> {
  const { store, clock, connectionId, durations } = context;
  const { signal } = options;
  try {
    const answers = await whileRenewing(context, token, askAboutJobs(context, jobs, options));
    if (signal?.aborted === true) {
      await store.releaseJobs(token);
      return { answers, committed: [], events: 0, deliveries: 0 };
    }
    const now = clock.now();
    const decisions = decidePoll(jobs, answers, now, durations.pollSpacingMs);
    const { committed, deliveries } = await store.commitPoll({ token, connectionId, now, results: decisions });
    if (deliveries > 0) context.wakeDispatcher();
    const written = new Set(committed);
    const kept = decisions.filter((decision) => written.has(decision.jobId));
    return {
      answers,
      committed: kept,
      events: kept.reduce((sum, decision) => sum + decision.events.length, 0),
      deliveries,
    };
  } catch (error) {
    await store.releaseJobs(token);
    throw error;
  }
}

/** Keeps the leases alive for as long as the answer takes: a short lease lets others take over soon after a crash. */
async function whileRenewing<T>(context: Context, token: string, work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const renewing = holdFailure(renewUntil(done.signal, context, token));
  try {
    return await work;
  } finally {
    // With a reason of our own: the usual one is an error with a stack, made for every batch and read by nobody.
    done.abort('answered');
    await renewing;
  }
}

/** A lease that could not be renewed may still hold: the commit finds out which do. */
async function renewUntil(done: AbortSignal, { store, clock, durations, log }: Context, token: string): Promise<void> {
  for (;;) {
    await clock.sleep(durations.jobLeaseMs / 3, done);
    if (done.aborted) return;
    try {
      await store.renewJobs({ token, leaseMs: durations.jobLeaseMs });
    } catch (error) {
      log.warn({ err: error }, 'the leases of jobs could not be renewed while DRS was asked');
    }
  }
}
