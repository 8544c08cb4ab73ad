import type { EpochMs } from '../base/time.ts';
import type { EventClass } from '../job/event-class.ts';
import { ALARM_LAG_MS } from '../job/verdict-rules.ts';
import { DEFAULT_RULES } from './rule-settings.ts';
import type { HoldRule, RuleSettings } from './rule-settings.ts';

/** What a subscription wants other than the defaults. What is left out is as it is by default. */
export interface SubscriptionRules {
  readonly lag?: HoldRule | 'off';
  readonly ready?: HoldRule | 'off';
  readonly stall?: 'off';
  /** Passing statuses are told too, as they come. */
  readonly events?: 'all';
  /** Nothing less urgent is told. */
  readonly least?: Exclude<EventClass, 'info'>;
  /** Until when the full copy is wanted, as it was typed, and the moment that was meant. */
  readonly by?: { readonly typed: string; readonly at: EpochMs };
}

export const NO_OWN_RULES: SubscriptionRules = {};

/** The key of the default rules. */
export const DEFAULT_RULES_KEY = '';

/**
 * What tells rules apart that find different things in the same figures: subscriptions with one key share what the rules
 * remember of a job. What only chooses among the findings (`events`, `least`) is no part of it.
 */
export function rulesKey({ lag, ready, stall, by }: SubscriptionRules): string {
  const parts = [
    ...(lag === undefined ? [] : [`lag:${holdKey(lag)}`]),
    ...(ready === undefined ? [] : [`ready:${holdKey(ready)}`]),
    ...(stall === undefined ? [] : [`stall:${stall}`]),
    ...(by === undefined ? [] : [`by:${by.at}`]),
  ];
  return parts.join(' ');
}

function holdKey(rule: HoldRule | 'off'): string {
  return rule === 'off' ? 'off' : `${rule.levelMs}/${rule.holdMs}`;
}

/** The level above which nothing is green where these rules are in force, in ms. */
export function alarmLevelOf({ lag }: Pick<SubscriptionRules, 'lag'>): number {
  return (lag === undefined || lag === 'off' ? DEFAULT_RULES.lag : lag)?.levelMs ?? ALARM_LAG_MS;
}

/** The type of job whose cut-over people wait for. */
const MIGRATION = 'migration';

/** What the rules judge a job by: the defaults, but for what a subscription says. "Caught up" is told of migrations by default. */
export function toRuleSettings(
  { lag, ready, stall }: SubscriptionRules,
  { pollMs, jobType }: { readonly pollMs: number; readonly jobType: string | null },
): RuleSettings {
  const defaultReady = jobType === null || jobType === MIGRATION ? DEFAULT_RULES.ready : null;
  return {
    pollMs,
    lag: lag === 'off' ? null : (lag ?? DEFAULT_RULES.lag),
    ready: ready === 'off' ? null : (ready ?? defaultReady),
    isStallTold: stall !== 'off',
  };
}
