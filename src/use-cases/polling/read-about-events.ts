import { MINUTE } from '../../domain/base/time.ts';
import type { DrsFailure } from '../../domain/job/progress-answer.ts';
import { findDoer } from '../../domain/job/timeline.ts';
import type { InsightName } from '../../domain/vital-signs.ts';
import type { DrsClient, Insight } from '../../ports/drs.ts';
import type { Log } from '../../ports/log.ts';
import type { NewId } from '../../ports/new-id.ts';
import type { DetailStore, FoundRead, WantedRead } from '../../ports/store/details.ts';
import type { Vitals } from '../upkeep/vitals.ts';
import type { AskTimes } from './ask-and-commit.ts';

/** Events of one turn: each costs a request or two, one after the other, and causes of failures come first. */
const MAX_EVENTS = 5;

/** In ms. */
export interface EventReadTimes {
  /** Between two tries to read about an event, */
  readonly eventReadRetryMs: number;
  /** and how long that goes on. */
  readonly eventReadGiveUpMs: number;
}

/** What they are unless somebody says otherwise: each try is a request for each event. */
export const EVENT_READ_TIMES: EventReadTimes = { eventReadRetryMs: 2 * MINUTE, eventReadGiveUpMs: 6 * MINUTE };

/** What reading about events takes. */
export interface ReadAboutEventsDeps {
  readonly store: DetailStore;
  readonly drs: DrsClient;
  readonly newId: NewId;
  readonly log: Log;
  readonly vitals: Vitals;
  readonly durations: EventReadTimes & Pick<AskTimes, 'jobLeaseMs'>;
  readonly connectionId: string;
  readonly wakeLoops: () => void;
}

/**
 * One turn: asks DRS who paused, resumed or ended a job, and how long it keeps one that stands still, after the event was
 * told; the messages that told it are edited later where something was found. What DRS does not offer here is said once in the
 * log, and in `/drs health`. Returns how many events were wanted.
 */
export async function readAboutEvents(deps: ReadAboutEventsDeps): Promise<number> {
  const { store, newId, durations, connectionId, wakeLoops } = deps;
  const token = newId();
  const request = { connectionId, limit: MAX_EVENTS, token, leaseMs: durations.jobLeaseMs };
  const wanted = await store.claimWantedReads(request);
  if (wanted.length === 0) return 0;
  const reads: FoundRead[] = [];
  for (const one of wanted) {
    const { read, hasFailed } = await readAbout(deps, one);
    reads.push(read);
    // DRS that does not answer now is asked about the others later.
    if (hasFailed) break;
  }
  await store.saveReads({ connectionId, token, reads, retryAfterMs: durations.eventReadRetryMs });
  if (reads.some(({ doer, terms }) => doer !== null || terms !== null)) wakeLoops();
  return wanted.length;
}

async function readAbout(
  deps: ReadAboutEventsDeps,
  { jobId, eventNumber, tries, deed, wantsTerms }: WantedRead,
): Promise<{ readonly read: FoundRead; readonly hasFailed: boolean }> {
  const { drs, durations } = deps;
  const timeline = deed === null ? null : noted(deps, 'timeline', await drs.fetchTimeline(jobId));
  const terms = wantsTerms ? noted(deps, 'terms', await drs.fetchTerms(jobId)) : null;
  const entry = timeline?.kind === 'read' && deed !== null ? findDoer(timeline.value, deed) : null;
  const isLastTry = tries + 1 >= Math.ceil(durations.eventReadGiveUpMs / durations.eventReadRetryMs);
  const isAnswered = timeline === null || entry !== null || timeline.kind === 'not_here';
  const hasFailed = timeline?.kind === 'failed' || terms?.kind === 'failed';
  return {
    read: {
      jobId,
      eventNumber,
      doer: entry === null || deed === null ? null : { ...entry, deed: deed.deed },
      terms: terms?.kind === 'read' ? terms.value : null,
      isDone: isLastTry || (isAnswered && terms?.kind !== 'failed'),
    },
    hasFailed,
  };
}

/** The answer; that DRS does not offer such a thing here is news once. */
function noted<T>({ vitals, log }: ReadAboutEventsDeps, name: InsightName, insight: Insight<T>): Insight<T> {
  const failure: DrsFailure | null = insight.kind === 'not_here' ? insight.failure : null;
  if (vitals.noteNotHere(name, failure !== null) && failure !== null)
    log.warn(
      { read: name, code: failure.code, status: failure.httpStatus },
      `DRS does not let me read ${WHAT[name]} here`,
    );
  return insight;
}

const WHAT: Readonly<Record<InsightName, string>> = {
  timeline: 'who did what to a job',
  terms: 'how long it keeps a job that stands still',
};
