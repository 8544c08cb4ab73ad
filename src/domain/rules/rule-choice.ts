import { EVENT_CLASSES } from '../job/event-class.ts';
import type { EventClass } from '../job/event-class.ts';
import { DEFAULT_LAG_RULE } from './rule-settings.ts';
import type { HoldRule } from './rule-settings.ts';
import type { SubscriptionRules } from './subscription-rules.ts';

/**
 * What somebody chose for one subscription, or for all of a channel that say nothing themselves. What is left out is as it is
 * by default: for a subscription as its channel says, for a channel as it is built in.
 */
export interface RuleChoice {
  readonly lag?: HoldRule | 'off';
  readonly ready?: HoldRule | 'off';
  readonly stall?: 'on' | 'off';
  /** `lasting`: passing statuses are told only where they last. */
  readonly events?: 'all' | 'lasting';
  readonly least?: EventClass;
  readonly by?: NonNullable<SubscriptionRules['by']>;
}

/** What of one's own rules is changed; what is left out stays, and `default` takes a rule back. */
export type RuleChanges = { readonly [Key in Rule]?: RuleChoice[Key] | 'default' | undefined };

/** The rules, in the order in which they are shown. */
export const RULES = [
  'lag',
  'ready',
  'stall',
  'events',
  'least',
  'by',
] as const satisfies readonly (keyof RuleChoice)[];
export type Rule = (typeof RULES)[number];

export const NOTHING_CHOSEN: RuleChoice = {};

/** Whether nobody chose anything. */
export function isEmpty(own: RuleChoice): boolean {
  return RULES.every((rule) => own[rule] === undefined);
}

/** What somebody chose, with changes. */
export function changeRules(own: RuleChoice, changes: RuleChanges): RuleChoice {
  const lag = changes.lag ?? own.lag;
  const ready = changes.ready ?? own.ready;
  const stall = changes.stall ?? own.stall;
  const events = changes.events ?? own.events;
  const least = changes.least ?? own.least;
  const by = changes.by ?? own.by;
  return {
    ...(lag === undefined || lag === 'default' ? {} : { lag }),
    ...(ready === undefined || ready === 'default' ? {} : { ready }),
    ...(stall === undefined || stall === 'default' ? {} : { stall }),
    ...(events === undefined || events === 'default' ? {} : { events }),
    ...(least === undefined || least === 'default' ? {} : { least }),
    ...(by === undefined || by === 'default' ? {} : { by }),
  };
}

/** What takes changes back that were made to what somebody had chosen. */
export function undoOf(changes: RuleChanges, own: RuleChoice): RuleChanges {
  const undone = (rule: Rule) => (changes[rule] === undefined ? {} : { [rule]: own[rule] ?? 'default' });
  return {
    ...undone('lag'),
    ...undone('ready'),
    ...undone('stall'),
    ...undone('events'),
    ...undone('least'),
    ...undone('by'),
  };
}

/** What holds for a subscription: the built-in rules, over them its channel's, over them its own. Only what differs from the built-in. */
export function rulesInForce(ofChannel: RuleChoice, own: RuleChoice): SubscriptionRules {
  const { lag, ready, stall, events, least, by } = { ...ofChannel, ...own };
  return {
    ...(lag === undefined || isSameHold(lag, DEFAULT_LAG_RULE) ? {} : { lag }),
    ...(ready === undefined ? {} : { ready }),
    ...(stall === 'off' ? { stall } : {}),
    ...(events === 'all' ? { events } : {}),
    ...(least === undefined || least === 'info' ? {} : { least }),
    ...(by === undefined ? {} : { by }),
  };
}

/** What somebody chose for a subscription that is other than its channel's default. */
export function choiceBeside(ofChannel: RuleChoice, own: RuleChoice): RuleChoice {
  const [mine, theirs] = [rulesInForce(ofChannel, own), rulesInForce(ofChannel, NOTHING_CHOSEN)];
  const same = RULES.filter((rule) => isSameRule(rule, mine, theirs));
  return changeRules(own, Object.fromEntries(same.map((rule) => [rule, 'default'])));
}

/** The rules that are not alike. */
export function differingRules(one: SubscriptionRules, other: SubscriptionRules): readonly Rule[] {
  return RULES.filter((rule) => !isSameRule(rule, one, other));
}

function isSameRule(rule: Rule, one: SubscriptionRules, other: SubscriptionRules): boolean {
  switch (rule) {
    case 'lag':
    case 'ready':
      return isSameHold(one[rule] ?? null, other[rule] ?? null);
    case 'by':
      return one.by?.at === other.by?.at;
    case 'stall':
    case 'events':
    case 'least':
      return one[rule] === other[rule];
  }
}

function isSameHold(one: HoldRule | 'off' | null, other: HoldRule | 'off' | null): boolean {
  if (one === null || other === null || one === 'off' || other === 'off') return one === other;
  return one.levelMs === other.levelMs && one.holdMs === other.holdMs;
}

/** The place of the least class that is told among all classes; see `EVENT_CLASSES`. */
export function leastClassOf({ least }: SubscriptionRules): number {
  return EVENT_CLASSES.indexOf(least ?? 'info');
}
