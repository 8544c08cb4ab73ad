import type { Language } from '../../../domain/base/language.ts';
import { NOTHING_CHOSEN, RULES, rulesInForce, undoOf } from '../../../domain/rules/rule-choice.ts';
import type { RuleChoice, Rule } from '../../../domain/rules/rule-choice.ts';
import { USUAL_RULES } from '../../../domain/rules/typed-rules.ts';
import type { ChannelRulesOutcome } from '../../../use-cases/subscribing/change-settings.ts';
import { lines, message } from '../kit/message.ts';
import type { SlackMessage } from '../kit/message.ts';
import { code } from '../kit/mrkdwn.ts';
import { explainRefusal } from '../kit/refusal-text.ts';
import { changeWords, ruleWords, typedRules, valueWords } from '../kit/rule-words.ts';
import type { Texts } from '../kit/texts.ts';
import { ruleNotes } from './rule-notes.ts';
import { explainRuleRefusal } from './rule-refusal.ts';

/** The rules that a channel can choose. */
const CHANNEL_RULES = RULES.filter((rule) => rule !== 'by');
/** What is built in, as somebody would choose it. */
const BUILT_IN: RuleChoice = {
  ...USUAL_RULES,
  stall: 'on',
  events: 'lasting',
  least: 'info',
};

/**
 * What is set for a channel, and how to change it.
 *
 * @param refusal why posts to the channel are refused or held back; null while they go out
 */
export function settingsMessage(
  texts: Texts,
  {
    language,
    rules,
    refusal,
  }: { readonly language: Language; readonly rules: RuleChoice; readonly refusal: string | null },
): SlackMessage {
  const languageLines = [
    texts.get('settings.language', { language: texts.get(`language.${language}`) }),
    texts.get('settings.change', { example: languageCommand(texts, language) }),
  ];
  const examples = {
    example: texts.command('settings lag:5m/10m'),
    one: texts.command('subscribe <job> lag:5m/10m'),
    back: code('lag:default'),
  };
  const ruleLines = [
    ...CHANNEL_RULES.map((rule) => ruleLine(texts, rule, rules)),
    texts.get('settings.change_rules', examples),
  ];
  const refused =
    refusal === null
      ? []
      : [{ kind: 'news' as const, headline: texts.get('list.paused'), lines: [explainRefusal(texts, refusal)] }];
  return message([
    ...refused,
    { kind: 'news', headline: texts.get('settings.headline'), lines: languageLines },
    { kind: 'news', headline: texts.get('settings.rules'), lines: ruleLines },
  ]);
}

/** What is in force by default, how that is typed, and what is built in where that is something else. */
function ruleLine(texts: Texts, rule: Rule, chosen: RuleChoice): string {
  const inForce = rulesInForce(chosen, NOTHING_CHOSEN);
  const [typed = ''] = typedRules({ [rule]: chosen[rule] ?? BUILT_IN[rule] });
  const [was, now] = [valueWords(texts, rule, {}), valueWords(texts, rule, inForce)];
  const values = { rule: ruleWords(texts, [rule], inForce), typed: code(typed) };
  return was === now ? texts.get('settings.rule', values) : texts.get('settings.rule_chosen', { ...values, was });
}

/** What the person who chose rules for a channel is told. */
export function channelRulesMessage(texts: Texts, chosen: ChannelRulesOutcome): SlackMessage {
  if (chosen.kind === 'refused') return lines(explainRuleRefusal(texts, chosen.refusal));
  const { before, after, said } = chosen;
  const [was, now] = [rulesInForce(before, NOTHING_CHOSEN), rulesInForce(after, NOTHING_CHOSEN)];
  const changes = changeWords(texts, was, now);
  const typed = RULES.filter((rule) => said.changes[rule] !== undefined);
  if (changes === '') return lines(texts.get('settings.rules_same', { rules: ruleWords(texts, typed, now) }));
  const undo = texts.command(`settings ${typedRules(undoOf(said.changes, before)).join(' ')}`);
  return lines(texts.get('settings.rules_changed', { changes, undo }), ...ruleNotes(texts, said, []));
}

/** What to type to choose the other language. */
export function languageCommand(texts: Texts, chosen: Language): string {
  return texts.command(`settings lang:${chosen === 'en' ? 'zh' : 'en'}`);
}
