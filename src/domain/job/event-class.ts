import type { JobEvent } from './job-event.ts';
import { statusGroup } from './job-status.ts';
import type { RuleEvent } from './rule-event.ts';

/** How urgent news is, least urgent first. A closed list: `min:warning` names one. */
export const EVENT_CLASSES = ['info', 'warning', 'critical'] as const;
export type EventClass = (typeof EVENT_CLASSES)[number];

/**
 * How urgent an event is. An all-clear is as urgent as what it clears, so that whoever heard of the one hears of the other.
 */
export function eventClass(event: JobEvent): EventClass {
  switch (event.kind) {
    case 'status_changed':
      return statusGroup(event.to) === 'failed' ? 'critical' : 'info';
    case 'recovered':
    case 'gone':
    case 'ended':
    case 'sub_jobs_failed':
      return 'critical';
    case 'flapping':
    case 'settled':
    case 'unreadable':
    case 'readable_again':
      return 'warning';
    case 'rule':
      return RULE_CLASSES[event.found.kind];
    case 'status_lasting':
    case 'renamed':
    case 'other':
      return 'info';
  }
}

const RULE_CLASSES: Readonly<Record<RuleEvent['kind'], EventClass>> = {
  nothing_newer: 'critical',
  deadline_near: 'critical',
  still_failing: 'critical',
  lag_high: 'warning',
  lag_cleared: 'warning',
  cannot_keep_up: 'warning',
  stands_still: 'warning',
  catch_up_not_gaining: 'warning',
  gaining_again: 'warning',
  stalled: 'warning',
  moving_again: 'warning',
  no_longer_caught_up: 'warning',
  window_missed: 'warning',
  window_met: 'warning',
  jumping: 'info',
  over: 'info',
  not_measurable: 'info',
  slow_tail: 'info',
  caught_up: 'info',
  still_paused: 'info',
};
