import type { JobEvent } from './job-event.ts';
import type { RuleEvent } from './rule-event.ts';

type RuleKind = RuleEvent['kind'];

/** Which events of the same rules are over when another is found. */
const ENDS: Readonly<Partial<Record<RuleKind, readonly RuleKind[]>>> = {
  lag_cleared: ['lag_high', 'nothing_newer', 'cannot_keep_up', 'stands_still', 'catch_up_not_gaining'],
  caught_up: [
    'lag_high',
    'nothing_newer',
    'cannot_keep_up',
    'stands_still',
    'jumping',
    'not_measurable',
    'catch_up_not_gaining',
    'no_longer_caught_up',
  ],
  no_longer_caught_up: ['caught_up'],
  moving_again: ['stalled'],
  window_met: ['window_missed'],
};

/** Those that last until something ends them. The others say that something is over, and stay true. */
const LASTING: readonly RuleKind[] = [
  ...new Set(Object.values(ENDS).flat()),
  'slow_tail',
  'still_failing',
  'still_paused',
  'deadline_near',
];

/** Whatever else a job does ends what rules had found in its figures before. */
const ENDING_KINDS: ReadonlySet<JobEvent['kind']> = new Set<JobEvent['kind']>([
  'status_changed',
  'recovered',
  'flapping',
  'ended',
  'gone',
]);

/** Kinds under which events are kept that may end others. */
export const ENDING_EVENT_KINDS: readonly string[] = [...Object.keys(ENDS), ...ENDING_KINDS];

/** An event that a rule found. */
export type RuleFound = Extract<JobEvent, { readonly kind: 'rule' }>;

/** What a rule told may be over by an event: the kinds that it is kept under; empty when nothing is. */
export function endedKinds(event: JobEvent): readonly RuleKind[] {
  if (event.kind === 'rule') return ENDS[event.found.kind] ?? [];
  return ENDING_KINDS.has(event.kind) ? LASTING : [];
}

/** Whether what a rule found is over by a later event of the job: then its message says so. */
export function isEndedBy({ rules, found }: RuleFound, later: JobEvent): boolean {
  return (later.kind !== 'rule' || later.rules === rules) && endedKinds(later).includes(found.kind);
}
