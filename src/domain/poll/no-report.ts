import { explanation } from '../job/explanation.ts';
import type { Explanation } from '../job/explanation.ts';
import type { JobState } from '../job/job-state.ts';
import { noSuchJobCode } from '../job/progress-answer.ts';
import type { ProgressAnswer } from '../job/progress-answer.ts';
import { MAX_MISSED_POLLS } from '../job/verdict-rules.ts';
import type { VerdictRules } from '../job/verdict-rules.ts';
import { HOUR, isWithin } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';

/** Two answers "no such job" further apart than this do not belong together: nobody knows what was between them. */
const MAX_MISSING_GAP_MS = 2 * HOUR;

/** An answer without a report. */
export type NoReport = Exclude<ProgressAnswer, { kind: 'report' }>;

/** The next state of a job that an answer gave no report of. It is unknown only when several say so, and never gone by itself. */
export function noteNoReport(before: JobState, answer: NoReport, now: EpochMs, rules: VerdictRules): JobState {
  const since = before.unknown?.since ?? now;
  const polls = (before.unknown?.polls ?? 0) + 1;
  const isLasting = polls >= MAX_MISSED_POLLS && now - since >= rules.steadyMs;
  const code = noSuchJobCode(answer);
  if (code === null) return { ...before, unknown: { since, why: whyUnknown(answer), polls, isLasting } };
  const { missing } = before;
  const streak = missing !== null && isWithin(now, missing.lastAt, MAX_MISSING_GAP_MS) ? missing : null;
  return {
    ...before,
    missing: { code, since: streak?.since ?? now, lastAt: now, ticks: (streak?.ticks ?? 0) + 1 },
    unknown: { since, why: explanation('no_such_job', { label: code }), polls, isLasting },
  };
}

/** Why an answer is no report. */
export function whyUnknown(answer: NoReport): Explanation {
  switch (answer.kind) {
    case 'unanswered':
      return answer.failure.why;
    case 'omitted':
      return explanation('left_out');
    case 'item_error':
      return explanation('item_error', { label: answer.code });
    case 'rejected':
      return answer.code === null && answer.message === null
        ? explanation('job_not_answered')
        : explanation('job_refused', { label: answer.code === null ? '' : ` (${answer.code})` });
  }
}
