import { holdFailure } from '../../domain/base/hold-failure.ts';
import { decidePoll } from '../../domain/poll/decide-poll.ts';
import type { JobDecision } from '../../domain/poll/decide-poll.ts';
import { samplesWantedSince } from '../../domain/poll/judge.ts';
import type { RuleNeeds } from '../../domain/poll/judge.ts';
import { isEndRead } from '../../domain/poll/job-end.ts';
import { COARSE } from '../../domain/rules/thin-samples.ts';
import type { Job } from '../../domain/job/job.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { Sample } from '../../domain/rules/sample.ts';
import { endsSubscriptions } from '../../domain/job/job-event.ts';
import type { ProgressAnswers } from '../../domain/job/progress-answer.ts';
import { DEFAULT_VERDICT_RULES } from '../../domain/job/verdict-rules.ts';
import type { VerdictRules } from '../../domain/job/verdict-rules.ts';
import type { PollBudget } from '../../domain/poll/poll-budget.ts';
import { isWithin, MINUTE, SECOND } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { askAboutJobs } from './ask-about-jobs.ts';
import type { AskAboutJobsDeps, AskAboutOptions } from './ask-about-jobs.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { JobStore } from '../../ports/store/jobs.ts';
import type { SampleStore } from '../../ports/store/samples.ts';
import type { JobList } from '../showing/refresh-job-list.ts';
import type { Vitals } from '../upkeep/vitals.ts';

/** A job that is put off is shown as it was seen last, for so long. */
const PUT_OFF_MS = 10 * MINUTE;

/** In ms. */
export interface AskTimes {
  /** The right to ask about jobs expires after this unless it is renewed, so a crash holds them up no longer. */
  readonly jobLeaseMs: number;
  /** The least time between two polls of one job. */
  readonly pollSpacingMs: number;
  /** What a verdict on a job takes; how often jobs are polled follows from the schedule. */
  readonly verdicts: Omit<VerdictRules, 'pollMs'>;
}

/** What they are unless somebody says otherwise. */
export const ASK_TIMES: AskTimes = {
  jobLeaseMs: 20 * SECOND,
  pollSpacingMs: 10 * SECOND,
  verdicts: DEFAULT_VERDICT_RULES,
};

/** What the usual time between two polls follows from. */
export interface PollPaceDeps {
  readonly polling: PollBudget;
  readonly vitals: Vitals;
}

/** What asking about jobs and committing the answers takes. */
export type AskAndCommitDeps = AskAboutJobsDeps &
  PollPaceDeps & {
    readonly store: JobStore & SampleStore;
    readonly clock: Clock;
    readonly log: Log;
    readonly durations: AskTimes;
    readonly jobList: JobList;
    readonly wakeLoops: () => void;
  };

/** What one round of asking did. */
export interface AskReport {
  readonly answers: ProgressAnswers;
  /** Decisions that were committed; those whose lease was lost meanwhile are left out. */
  readonly committed: readonly JobDecision[];
  readonly events: number;
  readonly deliveries: number;
}

interface AskOptions extends AskAboutOptions {
  /** For a pass of the poller: the moment that counts for the place in the queue of the first of the jobs. */
  readonly firstPlace?: EpochMs;
}

/**
 * Asks DRS about jobs leased with `token`, decides and commits: the one way a job's state changes, for the poller, a
 * status command and a refresh click alike. Whatever goes wrong, the leases are given back.
 */
export async function askAndCommit(
  deps: AskAndCommitDeps,
  token: string,
  jobs: readonly Job[],
  options: AskOptions = {},
): Promise<AskReport> {
  const { store, clock, connectionId, durations } = deps;
  const { signal } = options;
  try {
    const answers = await whileRenewing(deps, token, askAboutJobs(deps, jobs, options));
    if (signal?.aborted === true) {
      await store.releaseJobs(token);
      return { answers, committed: [], events: 0, deliveries: 0 };
    }
    const now = clock.now();
    const asked = options.firstPlace === undefined ? jobs : jobs.filter((job) => !isPutOff(job, answers, now));
    const needs = await store.findRuleNeeds(asked);
    const decisions = decidePoll(asked, answers, now, {
      needs,
      samples: await readWantedSamples(store, asked, { needs, answers, now }),
      spacingMs: durations.pollSpacingMs,
      rules: { ...durations.verdicts, pollMs: pollMsOf(deps) },
      firstPlace: options.firstPlace,
      othersAnswer: deps.vitals.sees,
    });
    const { committed, deliveries } = await store.commitPoll({ token, connectionId, now, results: decisions });
    if (asked.length < jobs.length) await store.releaseJobs(token);
    if (deliveries > 0) deps.wakeLoops();
    const written = new Set(committed);
    const kept = decisions.filter((decision) => written.has(decision.jobId));
    for (const { silence } of kept) deps.vitals.noteDecision(silence);
    deps.vitals.noteRuleDecisions(kept.flatMap(({ judgement }) => judgement?.decisions ?? []));
    // Another job may bear the name now; the message will say so as soon as DRS's list does.
    if (kept.some(({ events }) => events.some(endsSubscriptions))) void deps.jobList.refresh();
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

interface Wanting {
  readonly needs: ReadonlyMap<JobId, RuleNeeds>;
  readonly answers: ProgressAnswers;
  readonly now: EpochMs;
}

/** The samples that deciding about the jobs takes now; hardly ever any. */
async function readWantedSamples(
  store: SampleStore,
  jobs: readonly Job[],
  { needs, answers, now }: Wanting,
): Promise<ReadonlyMap<JobId, readonly Sample[]>> {
  const read = new Map<JobId, readonly Sample[]>();
  for (const job of jobs) {
    const known = needs.get(job.jobId);
    const isEnd = isEndRead(job.state, answers.get(job.jobId));
    const since = isEnd ? now - COARSE.untilMs : known === undefined ? null : samplesWantedSince(known, now);
    if (since !== null) read.set(job.jobId, await store.readSamples(job, since));
  }
  return read;
}

/** The usual time between two polls of one job, as it is while DRS wants fewer requests. */
export function pollMsOf({ polling, vitals }: PollPaceDeps): number {
  return Math.max(polling.intervalMs, vitals.estimate?.passMs ?? 0);
}

/**
 * DRS wanted fewer requests: the pass has not got round to the job, which is as it was. Not for ever: a job that was not
 * seen for a while is unknown.
 */
function isPutOff({ jobId, state }: Job, answers: ProgressAnswers, now: EpochMs): boolean {
  const answer = answers.get(jobId);
  if (answer?.kind !== 'unanswered' || answer.failure.reason !== 'throttled') return false;
  return state.checkedAt !== null && isWithin(now, state.checkedAt, PUT_OFF_MS);
}

/** Keeps the leases alive for as long as the answer takes: a short lease lets others take over soon after a crash. */
async function whileRenewing<T>(deps: AskAndCommitDeps, token: string, work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const renewing = holdFailure(renewUntil(done.signal, deps, token));
  try {
    return await work;
  } finally {
    // With a reason of our own: the usual one is an error with a stack, made for every batch and read by nobody.
    done.abort('answered');
    await renewing;
  }
}

/** A lease that could not be renewed may still hold: the commit finds out which do. */
async function renewUntil(
  done: AbortSignal,
  { store, clock, durations, log }: AskAndCommitDeps,
  token: string,
): Promise<void> {
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
