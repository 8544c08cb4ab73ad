import type { EpochMs } from '../../../domain/base/time.ts';
import type { Comparison } from '../../../domain/job/comparison.ts';
import type { Job } from '../../../domain/job/job.ts';
import type { NotChecked } from '../../../domain/rules/cut-over.ts';
import type { Obstacle, Readiness } from '../../../domain/rules/readiness.ts';
import { DEFAULT_READY_RULE } from '../../../domain/rules/rule-settings.ts';
import type { RuleSettings } from '../../../domain/rules/rule-settings.ts';
import { ago, code, cut, escapeMrkdwn } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { statusWords } from './status-words.ts';

/** A job that was judged. */
export type Judged = Extract<Readiness, { readonly kind: 'judged' }>;

/** Reasons in a headline: the gravest. */
export const MAX_REASONS = 2;
/** Names of what differs. */
const MAX_NAMES = 3;
const MAX_NAME = 40;

/** Why a job is not ready, in a few words: `lag 48 s, rising`. */
export function whyNotReady(texts: Texts, job: Pick<Job, 'state' | 'jobType'>, { against }: Judged): string {
  return against
    .slice(0, MAX_REASONS)
    .map((one) => obstacle(texts, job, one))
    .join(texts.get('ready.and'));
}

/** One thing that speaks against it, with its figure. */
export function obstacle(texts: Texts, { state, jobType }: Pick<Job, 'state' | 'jobType'>, one: Obstacle): string {
  switch (one.kind) {
    case 'status':
      return state.report === null ? '' : statusWords(texts, state.report, jobType).state;
    case 'not_asked':
      return texts.get('ready.against.not_asked');
    case 'not_just_checked':
      return texts.get('ready.against.seen_before', { age: texts.duration(one.ageMs) });
    case 'error':
      return texts.get('cause.code', { code: code(one.code ?? '?') });
    case 'sub_jobs_failed':
    case 'sub_jobs_unmeasured':
      return texts.get(`ready.against.${one.kind}`, { count: one.count, of: one.of });
    case 'just_failed':
    case 'flapping':
    case 'lag_not_measurable':
    case 'rising':
    case 'jumping':
    case 'catching_up':
      return texts.get(`ready.against.${one.kind}`);
    case 'lag_high': {
      const lag = texts.duration(one.lagMs);
      return one.leftMs === null
        ? texts.get('ready.against.lag_high', { lag })
        : texts.get('ready.against.lag_falling', { lag, left: texts.duration(one.leftMs) });
    }
    case 'lag_not_long_small': {
      const [lag, time, hold] = [one.lagMs, one.forMs, one.holdMs].map((ms) => texts.duration(ms));
      return texts.get('ready.against.lag_not_long_small', { lag: lag ?? '', time: time ?? '', hold: hold ?? '' });
    }
    case 'differs':
      return texts.get('ready.against.differs', {
        kind: kindOf(texts, one.comparison),
        count: one.comparison.differingCount,
      });
  }
}

/** `lag ≤ 10 s for 42 min`, or where some readings of the hold were higher: `lag 3 s, max 14 s in 15 min`. */
export function smallLag(texts: Texts, { cutOver, smallForMs }: Judged, rules: RuleSettings): string {
  const { levelMs } = rules.ready ?? DEFAULT_READY_RULE;
  const small = cutOver.checks.find((one) => one.check === 'lag_small');
  const forMs = small?.forMs ?? 0;
  if (small === undefined || smallForMs >= forMs || small.lagMs === null || small.maxMs === null)
    return texts.get('ready.lag_small', { level: texts.duration(levelMs), time: texts.duration(smallForMs) });
  return texts.get('ready.lag_mostly_small', {
    lag: texts.duration(small.lagMs),
    max: texts.duration(small.maxMs),
    time: texts.duration(forMs),
  });
}

/** What a comparison found, and how old that is: `row counts same (2 h ago)`. */
export function comparisonText(texts: Texts, comparison: Comparison): string {
  const { verdict, differing, differingCount, uncomparedCount, at } = comparison;
  const names = differing.slice(0, MAX_NAMES).map((name) => escapeMrkdwn(cut(name, MAX_NAME)));
  const more = differingCount - names.length;
  const said = texts.get(`ready.compared.${verdict}`, {
    kind: kindOf(texts, comparison),
    count: differingCount,
    names: [...names, ...(more > 0 && names.length > 0 ? [texts.get('names.more', { count: more })] : [])].join(', '),
  });
  const left = uncomparedCount > 0 ? texts.get('ready.compared.left_out', { count: uncomparedCount }) : '';
  return `${said}${left}${at === null ? '' : ` (${ago(at)})`}`;
}

/** The same in the cell of a table, where Slack keeps no time current. */
export function comparisonCell(texts: Texts, comparisons: readonly Comparison[], now: EpochMs): string {
  const differing = comparisons.filter(({ verdict }) => verdict === 'differs');
  const [one] = differing.length > 0 ? differing : comparisons.filter(({ verdict }) => verdict === 'same');
  if (one === undefined) return '–';
  const age = one.at === null ? '' : ` (${texts.duration(Math.max(0, now - one.at))})`;
  const verdict =
    one.verdict === 'differs'
      ? texts.get('ready.against.differs', { kind: kindOf(texts, one), count: one.differingCount })
      : texts.get('ready.cell.same', { kind: kindOf(texts, one) });
  return `${verdict}${age}`;
}

function kindOf(texts: Texts, { kind }: Comparison): string {
  return texts.get(`ready.kind.${kind}`);
}

/** `Not checked: writes stopped, data compare, …`. */
export function notCheckedLine(texts: Texts, notChecked: readonly NotChecked[]): string {
  const what = notChecked.map((one) => texts.get(`ready.unchecked.${one}`)).join(texts.get('ready.and'));
  return texts.get('ready.not_checked', { what });
}
