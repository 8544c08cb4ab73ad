import type { UsageError } from '../../parsing/parse-command.ts';
import { RULE_EXAMPLES, RULE_KEYS } from '../../parsing/parse-rules.ts';
import type { RuleKey } from '../../parsing/parse-rules.ts';
import { lines } from '../kit/message.ts';
import type { SlackMessage } from '../kit/message.ts';
import { code } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

/** A short correction with an example. */
export function usageMessage(texts: Texts, error: UsageError): SlackMessage {
  return lines(texts.get('usage.wrap', { correction: correct(texts, error), help: texts.command('help') }));
}

function correct(texts: Texts, error: UsageError): string {
  switch (error.kind) {
    case 'too_long':
      return texts.get('usage.too_long', { most: error.most });
    case 'unclosed_quote':
      return texts.get('usage.unclosed_quote', { text: code(error.text) });
    case 'jobs_missing': {
      const example = texts.command(`${error.verb} orders`);
      return error.verb === 'unsubscribe'
        ? texts.get('usage.jobs_missing_here', { example, list: texts.command('list') })
        : texts.get('usage.jobs_missing', { example, jobs: texts.command('jobs') });
    }
    case 'too_many_jobs': {
      const { count, most, verb } = error;
      return texts.get('usage.too_many_jobs', { count, most, command: texts.command(verb) });
    }
    case 'unknown_option':
      return texts.get('usage.unknown_option', { option: code(error.option), command: texts.command(error.verb) });
    case 'unit_missing':
      return texts.get('usage.unit_missing', { amount: error.amount, example: code(error.example) });
    case 'rule_not_understood': {
      const values = { rule: code(error.rule), example: code(RULE_EXAMPLES[error.key]) };
      return texts.get('usage.rule_not_understood', { ...values, expected: texts.get(`usage.rule.${error.key}`) });
    }
    case 'rule_twice':
      return texts.get('usage.rule_twice', { first: code(error.first), second: code(error.second) });
    case 'rule_later':
      return texts.get('usage.rule_later', { rule: code(error.rule), known: knownRules(RULE_KEYS) });
    case 'unknown_rule':
      return error.meant === null
        ? texts.get('usage.unknown_rule', { rule: code(error.rule), known: knownRules(RULE_KEYS) })
        : texts.get('usage.misspelt_rule', { rule: code(error.rule), meant: code(RULE_EXAMPLES[error.meant]) });
    case 'rule_of_one':
      return texts.get('usage.rule_of_one', {
        rule: code(error.rule),
        example: texts.command(`subscribe <job> ${RULE_EXAMPLES.by}`),
      });
    case 'setting_later':
      return texts.get('usage.setting_later', { setting: code(error.setting) });
    case 'one_job': {
      const words = error.words.map((word) => code(word)).join(' ');
      const said = { command: texts.command(error.verb), words };
      return texts.get(error.verb === 'chart' ? 'usage.one_job_chart' : 'usage.one_job', said);
    }
    case 'unknown_span':
      return texts.get('usage.unknown_span', { span: code(error.span) });
    case 'either_or':
      return texts.get('usage.either_or', { words: error.words.map((word) => code(word)).join(' ') });
    case 'all_with_jobs':
      return texts.get('usage.all_with_jobs', { all: code('all') });
    case 'unexpected_words': {
      const words = code(error.words.join(' '));
      return texts.get('usage.unexpected_words', { command: texts.command(error.verb), words });
    }
    case 'channel_named':
      return texts.get('usage.channel_named', { channel: channelNamed(error.channel) });
    case 'person_named':
      return texts.get('usage.person_named', { person: code(error.person) });
    case 'misspelt_verb':
      return texts.get('usage.misspelt_verb', { word: code(error.word), meant: texts.command(error.meant) });
    case 'unknown_setting': {
      const known = [code('lang:zh'), knownRules(RULE_KEYS.filter((key) => key !== 'by'))].join(' ');
      return texts.get('usage.unknown_setting', { setting: code(error.setting), known });
    }
    case 'unknown_language': {
      const known = { en: code('lang:en'), zh: code('lang:zh') };
      return texts.get('usage.unknown_language', { language: code(error.language), ...known });
    }
  }
}

function knownRules(keys: readonly RuleKey[]): string {
  return keys.map((key) => code(RULE_EXAMPLES[key])).join(' ');
}

/** What Slack puts the name in for, or the name that was typed. */
function channelNamed(name: string): string {
  return /^<#[A-Z0-9]+>$/i.test(name) ? name : code(name);
}
