import { DAY } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { Comparison } from '../../domain/job/comparison.ts';
import type { Job } from '../../domain/job/job.ts';
import { statusGroup } from '../../domain/job/job-status.ts';
import { estimateRemaining } from '../../domain/rules/estimate.ts';
import type { Estimate } from '../../domain/rules/estimate.ts';
import { judgeReadiness } from '../../domain/rules/readiness.ts';
import type { Readiness } from '../../domain/rules/readiness.ts';
import type { RuleSettings } from '../../domain/rules/rule-settings.ts';
import type { Sample } from '../../domain/rules/sample.ts';
import { DEFAULT_RULES_KEY, NO_OWN_RULES, rulesKey, toRuleSettings } from '../../domain/rules/subscription-rules.ts';
import type { SubscriptionRules } from '../../domain/rules/subscription-rules.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SampleStore } from '../../ports/store/samples.ts';
import { pollMsOf } from '../polling/ask-and-commit.ts';
import type { PollPaceDeps } from '../polling/ask-and-commit.ts';

/** What reading an outlook takes. */
export type OutlookDeps = PollPaceDeps & { readonly store: SampleStore; readonly clock: Clock };

/** How a job goes on, as far as its readings over time say, by the rules of whoever asks. */
export interface Outlook {
  readonly rules: RuleSettings;
  /** Null for a job without a report. */
  readonly readiness: Readiness | null;
  /** Of a full copy; null for anything else. */
  readonly estimate: Estimate | null;
  /** Until when whoever asks wants the copy. */
  readonly by: EpochMs | null;
  /** The highest lag of the last 24 h, in ms; null when none was measured. */
  readonly maxLagMs: number | null;
}

/** What is known of the job beside its readings. */
export interface OutlookAbout {
  /** Of the channel that asks; left out where it does not watch the job. */
  readonly rules?: SubscriptionRules | undefined;
  readonly comparisons?: readonly Comparison[];
}

/** The outlook of a job that has just been looked at. */
export async function readOutlook(deps: OutlookDeps, job: Job, about: OutlookAbout = {}): Promise<Outlook> {
  const { store, clock } = deps;
  const own = about.rules ?? NO_OWN_RULES;
  const rules = toRuleSettings(own, { pollMs: pollMsOf(deps), jobType: job.jobType });
  const isCopying = job.state.report !== null && statusGroup(job.state.report.status) === 'full_copy';
  const now = clock.now();
  const [memory, samples] = await Promise.all([
    store.readMemory(job),
    store.readSamples(job, isCopying ? 0 : now - DAY),
  ]);
  const remembered = memory.rules[rulesKey(own)] ?? memory.rules[DEFAULT_RULES_KEY] ?? null;
  const comparisons = about.comparisons ?? [];
  return {
    rules,
    readiness: judgeReadiness(job, rules, { now, state: remembered?.state ?? null, samples, comparisons }),
    estimate: isCopying ? estimateRemaining(samples) : null,
    by: own.by?.at ?? null,
    maxLagMs: highestLag(samples),
  };
}

function highestLag(samples: readonly Sample[]): number | null {
  const lags = samples.flatMap(({ lagMs }) => lagMs ?? []);
  return lags.length === 0 ? null : Math.max(...lags);
}
