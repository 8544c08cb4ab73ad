import type { UsageError } from '../../parsing/parse-command.ts';
import { ACTIONS, encodeTopic } from '../kit/button-value.ts';
import { mention } from '../posts/announcement.ts';
import { shareButton } from '../kit/job-buttons.ts';
import type { Part, SlackMessage } from '../kit/message.ts';
import { lines, message } from '../kit/message.ts';
import { code } from '../kit/mrkdwn.ts';
import type { Voice } from '../kit/texts.ts';

/** What there is more to say about. */
export const HELP_TOPICS = [
  'status',
  'subscribe',
  'unsubscribe',
  'list',
  'jobs',
  'names',
  'settings',
  'audit',
  'messages',
  'health',
  'version',
] as const;
export type HelpTopic = (typeof HELP_TOPICS)[number];

/**
 * Everything that can be typed, or more about one thing.
 *
 * @param sharedBy who showed it to everybody; undefined while only one person sees it
 */
export function helpMessage(voice: Voice, topic: string | null, channelId: string, sharedBy?: string): SlackMessage {
  const sharing: Part =
    sharedBy === undefined
      ? {
          kind: 'buttons',
          buttons: shareButton(voice, channelId, { actionId: ACTIONS.shareHelp, value: encodeTopic(topic) }),
        }
      : { kind: 'footer', line: voice.say('answer.shared', { who: mention(sharedBy) }) };
  if (topic === null) return message([...overview(voice), sharing]);
  const known = HELP_TOPICS.find((one) => one === topic.toLowerCase());
  if (known === undefined) return lines(voice.say('help.topic.unknown', { topic: code(topic), topics: topics(null) }));
  return message([
    { kind: 'news', headline: headlineOf(voice, known) },
    { kind: 'lines', lines: [voice.say(`help.topic.${known}`, { quoted: voice.typed('status "list"') })] },
    { kind: 'footer', line: voice.say('help.topics', { topics: topics(known) }) },
    sharing,
  ]);
}

function overview(voice: Voice): readonly Part[] {
  const line = (words: string, meaning: string) => `${voice.typed(words)} – ${meaning}`;
  return [
    { kind: 'news', headline: voice.say('help.headline') },
    {
      kind: 'lines',
      lines: [
        line('status <job>…', voice.say('help.status')),
        line('subscribe <job>…', voice.say('help.subscribe')),
        line('unsubscribe <job>…', voice.say('help.unsubscribe')),
        line('list', voice.say('help.list')),
        line('jobs [text]', voice.say('help.jobs')),
        line('settings', voice.say('help.settings')),
        line('audit [job]', voice.say('help.audit')),
        line('health', voice.say('help.health')),
        line('version', voice.say('help.version')),
        line('help [topic]', voice.say('help.help', { topics: topics(null) })),
      ],
    },
    { kind: 'footer', line: voice.say('help.footer', { short: voice.typed('<job>') }) },
  ];
}

function headlineOf(voice: Voice, topic: HelpTopic): string {
  return topic === 'names' || topic === 'messages' ? voice.typed(`help ${topic}`) : voice.typed(topic);
}

function topics(but: HelpTopic | null): string {
  return HELP_TOPICS.filter((one) => one !== but)
    .map((one) => code(one))
    .join(' ');
}

/** A short correction with an example. */
export function usageMessage(voice: Voice, error: UsageError): SlackMessage {
  return lines(voice.say('usage.wrap', { correction: correction(voice, error), help: voice.typed('help') }));
}

function correction(voice: Voice, error: UsageError): string {
  switch (error.kind) {
    case 'too_long':
      return voice.say('usage.too_long', { most: error.most });
    case 'unclosed_quote':
      return voice.say('usage.unclosed_quote', { text: code(error.text) });
    case 'jobs_missing':
      return jobsMissing(voice, error.verb);
    case 'too_many_jobs':
      return voice.say('usage.too_many_jobs', {
        count: error.count,
        most: error.most,
        command: voice.typed(error.verb),
      });
    case 'unknown_option':
      return voice.say('usage.unknown_option', { option: code(error.option), command: voice.typed(error.verb) });
    case 'all_with_jobs':
      return voice.say('usage.all_with_jobs', { all: code('all') });
    case 'unexpected_words':
      return voice.say('usage.unexpected_words', {
        command: voice.typed(error.verb),
        words: code(error.words.join(' ')),
      });
    case 'channel_named':
      return voice.say('usage.channel_named', { channel: code(error.channel) });
    case 'person_named':
      return voice.say('usage.person_named', { person: code(error.person) });
    case 'misspelt_verb':
      return voice.say('usage.misspelt_verb', { word: code(error.word), meant: voice.typed(error.meant) });
    case 'unknown_setting':
      return voice.say('usage.unknown_setting', {
        setting: code(error.setting),
        lang: voice.typed('settings lang:zh'),
      });
    case 'unknown_language':
      return voice.say('usage.unknown_language', {
        language: code(error.language),
        en: code('lang:en'),
        zh: code('lang:zh'),
      });
  }
}

function jobsMissing(voice: Voice, verb: string): string {
  const example = voice.typed(`${verb} orders`);
  return verb === 'unsubscribe'
    ? voice.say('usage.jobs_missing_here', { example, list: voice.typed('list') })
    : voice.say('usage.jobs_missing', { example, jobs: voice.typed('jobs') });
}

/** Something broke on our side. */
export function faultMessage(voice: Voice, reference: string): SlackMessage {
  return lines(voice.say('answer.fault', { reference: code(reference) }));
}

/** Nothing can be written down, so nothing was done. */
export function diskFullMessage(voice: Voice): SlackMessage {
  return lines(voice.say('answer.disk_full'));
}

/** A button of a message that this version no longer understands. */
export function staleButtonMessage(voice: Voice): SlackMessage {
  return lines(voice.say('answer.stale_button', { command: voice.typed('status <job>') }));
}
