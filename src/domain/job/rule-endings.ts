import type { JobEvent } from './job-event.ts';
import { isPhase, statusGroup } from './job-status.ts';
import type { RuleEvent } from './rule-event.ts';

type RuleKind = RuleEvent['kind'];

/** What is wrong with a lag: one event says that it is fine again, whatever it was. */
export const LAG_KINDS = [
  'lag_high',
  'nothing_newer',
  'cannot_keep_up',
  'stands_still',
  'catch_up_not_gaining',
] as const;

/** Which events of the same rules are over when another is found. A graver one takes the place of a lighter one. */
const ENDS: Readonly<Partial<Record<RuleKind, readonly RuleKind[]>>> = {
  lag_cleared: LAG_KINDS,
  gaining_again: LAG_KINDS,
  nothing_newer: [
    'lag_high',
    'cannot_keep_up',
    'stands_still',
    'catch_up_not_gaining',
    'caught_up',
    'no_longer_caught_up',
    'lag_cleared',
  ],
  lag_high: ['stands_still', 'catch_up_not_gaining', 'caught_up', 'no_longer_caught_up', 'lag_cleared'],
  cannot_keep_up: ['caught_up', 'no_longer_caught_up', 'lag_cleared'],
  stands_still: ['caught_up', 'no_longer_caught_up', 'lag_cleared'],
  caught_up: [...LAG_KINDS, 'jumping', 'not_measurable', 'no_longer_caught_up'],
  no_longer_caught_up: ['caught_up'],
  moving_again: ['stalled', 'slow_tail'],
  window_met: ['window_missed'],
  over: ['jumping', 'not_measurable', 'no_longer_caught_up'],
};

/** Those that last until something ends them. The others say that something is over, and stay true. */
export const LASTING_KINDS: readonly RuleKind[] = [
  ...new Set(
    Object.values(ENDS)
      .flat()
      .filter((kind) => kind !== 'lag_cleared'),
  ),
  'still_failing',
  'still_paused',
  'deadline_near',
];

/** What else a job does may end what rules had found in its figures before. */
const ENDING_KINDS: ReadonlySet<JobEvent['kind']> = new Set<JobEvent['kind']>([
  'status_changed',
  'recovered',
  'flapping',
  'ended',
  'gone',
  'sub_jobs_failed',
]);

/** Kinds under which events are kept that may end others, or be shown in the messages of others. */
export const FOLLOWING_EVENT_KINDS: readonly string[] = [
  ...new Set([...Object.keys(ENDS), ...LAG_KINDS, ...ENDING_KINDS]),
];

/** An event that a rule found. */
export type RuleFound = Extract<JobEvent, { readonly kind: 'rule' }>;

/** It is shown in the messages of others only, and no channel is owed one about it. */
export function isToldByEdit(event: JobEvent): boolean {
  return event.kind === 'rule' && isFoundByEdit(event.found);
}

/** The same of what a rule found. */
export function isFoundByEdit(found: RuleEvent): boolean {
  return found.kind === 'over' || isOnTop(found);
}

function isOnTop(found: RuleEvent): boolean {
  return 'isOnTop' in found && found.isOnTop;
}

/** What rules told before, and an event may end or be shown with: the kinds that it is kept under; empty when there is none. */
export function followedKinds(event: JobEvent): readonly RuleKind[] {
  if (event.kind === 'sub_jobs_failed') return ['caught_up'];
  if (event.kind !== 'rule') return ENDING_KINDS.has(event.kind) ? LASTING_KINDS : [];
  const { found } = event;
  if (found.kind === 'over') return [found.of];
  return isOnTop(found) ? LAG_KINDS : (ENDS[found.kind] ?? []);
}

/** Whether what a rule found is over by a later event of the job: then its message says so. */
export function isEndedBy(told: RuleFound, later: JobEvent): boolean {
  if (!followedKinds(later).includes(told.found.kind)) return false;
  switch (later.kind) {
    case 'rule':
      return later.rules === told.rules && !isOnTop(later.found);
    case 'status_changed':
    case 'recovered':
      return isOtherPhase(told, later);
    default:
      return true;
  }
}

/** What was found in the figures of a phase is over with it, not with a status that passes, nor when such a one has passed. */
function isOtherPhase({ report: then }: RuleFound, { report: now }: JobEvent): boolean {
  const [before, after] = [then, now].map((report) => (report === null ? null : statusGroup(report.status)));
  return after === null || after === undefined || (isPhase(after) && after !== before);
}

/** Whether a later event of the job is shown in the message of what a rule found, because it is more of the same. */
export function isMoreOf({ rules, found }: RuleFound, later: JobEvent): later is RuleFound {
  return (
    later.kind === 'rule' && later.rules === rules && isOnTop(later.found) && followedKinds(later).includes(found.kind)
  );
}
