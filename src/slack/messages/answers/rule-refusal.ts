import type { RuleRefusal } from '../../../domain/rules/typed-rules.ts';
import { code, dateAndTime } from '../kit/mrkdwn.ts';
import { typedHold } from '../kit/rule-words.ts';
import type { Texts } from '../kit/texts.ts';

/** Why rules were not taken, and what would do. */
export function explainRuleRefusal(texts: Texts, refusal: RuleRefusal): string {
  return texts.joinSentences(why(texts, refusal), texts.get('refused.nothing_saved'));
}

function why(texts: Texts, refusal: RuleRefusal): string {
  switch (refusal.kind) {
    case 'hold':
      return explainHold(texts, refusal);
    case 'by_passed':
    case 'by_too_far': {
      const values = { rule: code(`by:${refusal.typed}`), at: dateAndTime(refusal.at) };
      return refusal.kind === 'by_passed'
        ? texts.get('refused.by_passed', { ...values, zone: refusal.zone })
        : texts.get('refused.by_too_far', { ...values, most: texts.duration(refusal.mostMs) });
    }
    case 'never_told': {
      const least = code(`min:${refusal.least}`);
      return texts.get('refused.never_told', { rule: texts.get(`rules.${refusal.rule}`), least });
    }
    case 'ready_above_alarm': {
      const { readyMs, alarmMs } = refusal;
      return texts.get('refused.ready_above_alarm', {
        ready: texts.duration(readyMs),
        alarm: texts.duration(alarmMs),
      });
    }
  }
}

function explainHold(
  texts: Texts,
  { rule, hold, check, pollMs }: Extract<RuleRefusal, { readonly kind: 'hold' }>,
): string {
  const said = code(`${rule}:${typedHold(hold)}`);
  switch (check.kind) {
    case 'hold_too_short': {
      const values = { hold: texts.duration(hold.holdMs), poll: texts.duration(pollMs) };
      return texts.get('refused.hold_too_short', { rule: said, ...values, least: texts.duration(check.leastMs) });
    }
    case 'hold_too_long':
      return texts.get('refused.hold_too_long', { rule: said, most: texts.duration(check.mostMs) });
    case 'always_so':
      return texts.get(`refused.${rule}_too_low`, { rule: said, least: texts.duration(check.leastMs) });
    case 'never_so':
      return texts.get(`refused.${rule}_too_high`, { rule: said, most: texts.duration(check.mostMs) });
  }
}
