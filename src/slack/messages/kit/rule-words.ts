import { typedDuration } from '../../../domain/base/duration.ts';
import { differingRules, NOTHING_CHOSEN, RULES, rulesInForce } from '../../../domain/rules/rule-choice.ts';
import type { RuleChoice, Rule, RuleChanges } from '../../../domain/rules/rule-choice.ts';
import { DEFAULT_LAG_RULE, DEFAULT_READY_RULE } from '../../../domain/rules/rule-settings.ts';
import type { HoldRule } from '../../../domain/rules/rule-settings.ts';
import type { SubscriptionRules } from '../../../domain/rules/subscription-rules.ts';
import { code, dateAndTime } from './mrkdwn.ts';
import type { Texts } from './texts.ts';

/** Rules as they are typed, in the order in which they are shown. Typed again they are what they were. */
export function typedRules(rules: RuleChanges): readonly string[] {
  return RULES.flatMap((rule) => typedRule(rule, rules));
}

function typedRule(rule: Rule, rules: RuleChanges): readonly string[] {
  switch (rule) {
    case 'lag':
    case 'ready': {
      const hold = rules[rule];
      if (hold === undefined) return [];
      return [`${rule}:${typeof hold === 'string' ? hold : typedHold(hold)}`];
    }
    case 'stall':
    case 'events':
      return rules[rule] === undefined ? [] : [`${rule}:${rules[rule]}`];
    case 'least':
      return rules.least === undefined ? [] : [`min:${rules.least}`];
    case 'by':
      if (rules.by === undefined) return [];
      return [`by:${rules.by === 'default' ? 'off' : rules.by.typed}`];
  }
}

/** A level and its hold as they are typed. */
export function typedHold({ levelMs, holdMs }: HoldRule): string {
  return `${typedDuration(levelMs)}/${typedDuration(holdMs)}`;
}

/** Rules as they are typed, as code; a moment as each reader's clock says it as well. */
export function shortRules(texts: Texts, own: RuleChoice): string {
  const typed = code(typedRules(own).join(' '), 300);
  return own.by === undefined ? typed : texts.get('rules.typed_by', { typed, at: dateAndTime(own.by.at) });
}

/** What each of these rules says, in words. */
export function ruleWords(texts: Texts, rules: readonly Rule[], inForce: SubscriptionRules): string {
  const said = rules.map((rule) =>
    texts.get('rules.one', { rule: texts.get(`rules.${rule}`), value: valueWords(texts, rule, inForce) }),
  );
  return said.join(' · ');
}

/** What somebody chose, in words. */
export function choiceWords(texts: Texts, own: RuleChoice): string {
  const chosen = RULES.filter((rule) => own[rule] !== undefined);
  return ruleWords(texts, chosen, rulesInForce(NOTHING_CHOSEN, own));
}

/** Each rule that has changed, as it was and as it is; empty when none has. */
export function changeWords(texts: Texts, before: SubscriptionRules, after: SubscriptionRules): string {
  const changed = differingRules(before, after).map((rule) =>
    texts.get('rules.change', {
      rule: texts.get(`rules.${rule}`),
      before: valueWords(texts, rule, before),
      after: valueWords(texts, rule, after),
    }),
  );
  return changed.join(' · ');
}

/** What is in force, in words. */
export function valueWords(texts: Texts, rule: Rule, rules: SubscriptionRules): string {
  switch (rule) {
    case 'lag':
      return holdWords(texts, 'rules.lag.value', rules.lag ?? DEFAULT_LAG_RULE);
    case 'ready':
      return rules.ready === undefined
        ? holdWords(texts, 'rules.ready.usual', DEFAULT_READY_RULE)
        : holdWords(texts, 'rules.ready.value', rules.ready);
    case 'stall':
      return texts.get(rules.stall === 'off' ? 'rules.stall.off' : 'rules.stall.on');
    case 'events':
      return texts.get(rules.events === 'all' ? 'rules.events.all' : 'rules.events.lasting');
    case 'least':
      return texts.get(`rules.least.${rules.least ?? 'info'}`);
    case 'by':
      return rules.by === undefined ? texts.get('rules.by.none') : dateAndTime(rules.by.at);
  }
}

function holdWords(
  texts: Texts,
  key: 'rules.lag.value' | 'rules.ready.value' | 'rules.ready.usual',
  hold: HoldRule | 'off',
): string {
  if (hold === 'off') return texts.get('rules.off');
  return texts.get(key, { level: texts.duration(hold.levelMs), hold: texts.duration(hold.holdMs) });
}
