import { statusGroup } from '../job/job-status.ts';
import type { StatusGroup } from '../job/job-status.ts';
import type { EpochMs } from '../base/time.ts';
import type { Job } from '../job/job.ts';
import type { Decision, RuleName } from './decision.ts';
import type { RulesOfJob } from './rule-memory.ts';

/** Why nothing is told of a job in a channel at the moment, in one word and its facts: what stands in the way first. */
export type WhySilent =
  | { readonly kind: 'not_watched' }
  /** Ended, or gone. */
  | { readonly kind: 'over' }
  /** Something is owed, and Slack refuses posts there, or somebody holds them back. */
  | { readonly kind: 'posts_held'; readonly reason: string }
  /** Something is owed, and waits; with one of HOLD_REASONS, as far as known. */
  | { readonly kind: 'owed'; readonly reason: string | null }
  /** DRS has given no usable answer since. */
  | { readonly kind: 'not_seen'; readonly since: EpochMs }
  /** No figures were judged yet. */
  | { readonly kind: 'not_judged' }
  /** Nothing is judged in such a status. */
  | { readonly kind: 'passing'; readonly status: string }
  | { readonly kind: 'judged'; readonly rule: RuleName; readonly decision: Decision };

/** What is known of a job and of a channel when somebody asks. */
export interface Silence {
  readonly job: Job | null;
  readonly isWatched: boolean;
  /** Why Slack takes no posts there; null when it does. */
  readonly pause: { readonly reason: string } | null;
  /** What the channel is owed of the job; null for nothing. */
  readonly owed: { readonly holdReason: string | null } | null;
  /** What the rules in force there decided last; null for nothing yet. */
  readonly decisions: RulesOfJob['decisions'];
}

/** The rule that answers for each phase: what it decided says why nothing is told. */
const ANSWERING: Readonly<Partial<Record<StatusGroup, RuleName>>> = {
  replicating: 'lag_high',
  full_copy: 'stalled',
  failed: 'reminder',
  paused: 'reminder',
};

/** Why a channel was told nothing since it was told last. */
export function whySilent({ job, isWatched, pause, owed, decisions }: Silence): WhySilent {
  if (job !== null && job.state.over !== null) return { kind: 'over' };
  if (owed !== null)
    return pause === null ? { kind: 'owed', reason: owed.holdReason } : { kind: 'posts_held', reason: pause.reason };
  if (!isWatched) return { kind: 'not_watched' };
  if (pause !== null) return { kind: 'posts_held', reason: pause.reason };
  if (job !== null && job.state.unknown !== null) return { kind: 'not_seen', since: job.state.unknown.since };
  const report = job?.state.report ?? null;
  if (decisions === null || report === null) return { kind: 'not_judged' };
  const rule = ANSWERING[statusGroup(report.status)];
  return rule === undefined
    ? { kind: 'passing', status: report.status }
    : { kind: 'judged', rule, decision: decisions[rule] };
}
