import { HOUR, MINUTE } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';
import type { Comparison } from '../job/comparison.ts';
import type { Explanation } from '../job/explanation.ts';
import { statusGroup } from '../job/job-status.ts';
import type { StatusGroup } from '../job/job-status.ts';
import { isDisasterRecovery } from '../job/job-type.ts';
import type { Job } from '../job/job.ts';
import type { ProgressReport } from '../job/progress-report.ts';
import { maxGapMs } from '../job/verdict-rules.ts';
import { cutOver } from './cut-over.ts';
import type { CutOver } from './cut-over.ts';
import { measuredOf } from './holds.ts';
import { catchUpMs } from './rising.ts';
import { DEFAULT_READY_RULE, MIN_READINGS, stretchedHoldMs } from './rule-settings.ts';
import type { RuleSettings } from './rule-settings.ts';
import type { Sample } from './sample.ts';
import { NEW_RULE_STATE } from './step-rules.ts';
import type { RuleState } from './step-rules.ts';

/** What speaks against switching over, with its figure; times and lags in ms. */
export type Obstacle =
  | { readonly kind: 'status'; readonly group: StatusGroup }
  /** The last look gave no report. */
  | { readonly kind: 'not_asked'; readonly why: Explanation; readonly seenAt: EpochMs | null }
  | { readonly kind: 'not_just_checked'; readonly ageMs: number }
  | { readonly kind: 'error'; readonly code: string | null }
  | { readonly kind: 'sub_jobs_failed'; readonly count: number; readonly of: number }
  | { readonly kind: 'sub_jobs_unmeasured'; readonly count: number; readonly of: number }
  /** It failed, and has not worked for long enough since. */
  | { readonly kind: 'just_failed' }
  | { readonly kind: 'flapping' }
  | { readonly kind: 'lag_not_measurable' }
  /** Above the level; `leftMs` where it falls: how long it still takes to be gone. */
  | { readonly kind: 'lag_high'; readonly lagMs: number; readonly leftMs: number | null }
  /** Small, not for long enough. */
  | { readonly kind: 'lag_not_long_small'; readonly lagMs: number; readonly forMs: number; readonly holdMs: number }
  | { readonly kind: 'rising' }
  | { readonly kind: 'jumping' }
  | { readonly kind: 'catching_up'; readonly since: EpochMs | null }
  | { readonly kind: 'differs'; readonly comparison: Comparison };

/** Whether people may switch over, as far as it is known. */
export type Readiness =
  /** A disaster recovery job protects for ever. */
  | { readonly kind: 'no_cut_over' }
  /** So many readings of those that a verdict needs. */
  | { readonly kind: 'not_known'; readonly readings: number; readonly needed: number }
  | {
      readonly kind: 'judged';
      readonly cutOver: CutOver;
      /** None: ready. The gravest first. */
      readonly against: readonly Obstacle[];
      /** For how long every lag that was read was at or below the level, in ms. */
      readonly smallForMs: number;
    };

/** What a verdict on a job stands on beside its last report. */
export interface ReadinessFacts {
  readonly now: EpochMs;
  /** What the rules remember; null when they have seen nothing of the job. */
  readonly state: RuleState | null;
  /** Of a day, oldest first, the last reading among them. */
  readonly samples: readonly Sample[];
  readonly comparisons: readonly Comparison[];
}

/** Nobody knows what was between two samples that are further apart, in ms, where they have been thinned (thin-samples.ts). */
const THINNED_GAP_MS = 15 * MINUTE;
const WHOLE_MS = 2 * HOUR;

/**
 * Whether people may switch over from a job: what the rules say (cut-over.ts), and never on fewer than three readings, nor on
 * what nobody has just seen. Null for a job without a report.
 */
export function judgeReadiness(
  job: Pick<Job, 'jobType' | 'state'>,
  rules: RuleSettings,
  facts: ReadinessFacts,
): Readiness | null {
  const { report } = job.state;
  if (report === null) return null;
  if (isDisasterRecovery(job.jobType)) return { kind: 'no_cut_over' };
  const { now, comparisons } = facts;
  const group = job.state.over ?? statusGroup(report.status);
  const state = isOfLastReport(job, rules, facts.state) ? facts.state : null;
  if (group === 'replicating' && !isSettling(state)) {
    const readings = countReadings(state);
    // Without a figure there is nothing to count: that is said of it.
    if (readings < MIN_READINGS && (report.lagMs !== null || state === null))
      return { kind: 'not_known', readings, needed: MIN_READINGS };
  }
  const judged = cutOver(state ?? NEW_RULE_STATE, rules, { now, hasError: hasError(report), comparisons });
  const smallForMs = smallFor(facts, rules, state?.caughtUp.erredAt ?? null);
  const against = findObstacles(job, report, group, { judged, rules, state, smallForMs });
  return { kind: 'judged', cutOver: judged, against, smallForMs };
}

/** What is remembered of a job that nobody watches may be of another day. */
function isOfLastReport({ state }: Pick<Job, 'state'>, rules: RuleSettings, remembered: RuleState | null): boolean {
  const lastAt = remembered?.course.lastAt ?? null;
  return lastAt !== null && state.checkedAt !== null && Math.abs(state.checkedAt - lastAt) <= maxGapMs(rules);
}

/** The first readings after a break mean nothing. */
function isSettling(state: RuleState | null): boolean {
  return state !== null && state.course.settling > 0;
}

/** Readings that a verdict can stand on. */
function countReadings(state: RuleState | null): number {
  return state === null ? 0 : Math.min(state.course.inRow, measuredOf(state.course.readings).length);
}

/** An error beside the status, a failed sub-job, or one whose lag is not measurable. */
function hasError({ errorCode, failedSubJobs, subJob }: ProgressReport): boolean {
  return errorCode !== null || (failedSubJobs?.failed.length ?? 0) > 0 || (subJob?.unmeasured ?? 0) > 0;
}

/** For how long back from the last sample the lag was small, in ms, without an error or a stretch that nobody saw. */
function smallFor({ samples, now }: ReadinessFacts, rules: RuleSettings, erredAt: EpochMs | null): number {
  const { levelMs } = rules.ready ?? DEFAULT_READY_RULE;
  const last = samples.at(-1);
  let since = last?.at ?? 0;
  for (const { at, group, lagMs } of samples.toReversed()) {
    const gapMs = Math.max(maxGapMs(rules), now - at < WHOLE_MS ? 0 : THINNED_GAP_MS);
    const isGood = group === 'replicating' && lagMs !== null && lagMs <= levelMs && (erredAt === null || at > erredAt);
    if (!isGood || since - at > gapMs) break;
    since = at;
  }
  return last === undefined ? 0 : last.at - since;
}

interface Judged {
  readonly judged: CutOver;
  readonly rules: RuleSettings;
  readonly state: RuleState | null;
  readonly smallForMs: number;
}

/** The gravest first; of a job that does not replicate nothing else matters. */
function findObstacles(
  { state: { unknown, checkedAt, failure, flapping } }: Pick<Job, 'state'>,
  report: ProgressReport,
  group: StatusGroup,
  found: Judged,
): readonly Obstacle[] {
  const notAsked: readonly Obstacle[] =
    unknown === null ? [] : [{ kind: 'not_asked', why: unknown.why, seenAt: checkedAt }];
  const differing: readonly Obstacle[] = found.judged.comparisons.flatMap((comparison) =>
    comparison.verdict === 'differs' ? [{ kind: 'differs', comparison }] : [],
  );
  if (group !== 'replicating') return [{ kind: 'status', group }, ...notAsked];
  return [
    ...(flapping === null ? [] : [{ kind: 'flapping' as const }]),
    ...(failure === null || flapping !== null ? [] : [{ kind: 'just_failed' as const }]),
    ...errorsOf(report),
    ...lagObstacles(report, found),
    ...found.judged.checks.flatMap((one): readonly Obstacle[] => {
      if (one.isGood) return [];
      if (one.check === 'not_rising') return [{ kind: 'rising' }];
      if (one.check === 'not_jumping') return [{ kind: 'jumping' }];
      if (one.check === 'settled') return [{ kind: 'catching_up', since: one.since }];
      if (one.check !== 'just_checked' || one.ageMs === null || unknown !== null) return [];
      return [{ kind: 'not_just_checked', ageMs: one.ageMs }];
    }),
    ...differing,
    ...notAsked,
  ];
}

function errorsOf({ errorCode, failedSubJobs, subJob }: ProgressReport): readonly Obstacle[] {
  const failed = failedSubJobs?.failed.length ?? 0;
  return [
    ...(failed > 0 ? [{ kind: 'sub_jobs_failed' as const, count: failed, of: failedSubJobs?.of ?? failed }] : []),
    ...(errorCode === null ? [] : [{ kind: 'error' as const, code: errorCode }]),
    ...(subJob === null || subJob.unmeasured === 0
      ? []
      : [{ kind: 'sub_jobs_unmeasured' as const, count: subJob.unmeasured, of: subJob.of }]),
  ];
}

function lagObstacles({ lagMs }: ProgressReport, { judged, rules, state, smallForMs }: Judged): readonly Obstacle[] {
  const { levelMs, holdMs } = rules.ready ?? DEFAULT_READY_RULE;
  if (lagMs === null) return [{ kind: 'lag_not_measurable' }];
  if (lagMs > levelMs)
    return [{ kind: 'lag_high', lagMs, leftMs: catchUpMs({ measured: measuredOf(state?.course.readings ?? []) }) }];
  const isSmall = judged.checks.some(({ check, isGood }) => check === 'lag_small' && isGood);
  const stretched = stretchedHoldMs(holdMs, rules);
  // Small at last, after a lag that was high: it was not small throughout, however long ago the first reading was.
  const forMs = Math.min(smallForMs, stretched);
  return isSmall ? [] : [{ kind: 'lag_not_long_small', lagMs, forMs, holdMs: stretched }];
}
