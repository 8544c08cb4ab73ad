import { COMMANDS } from '../../parsing/parse-command.ts';
import type { Verb } from '../../parsing/parse-command.ts';
import { ACTIONS, PAGE_VALUE, TOPIC_VALUE } from '../kit/button-value.ts';
import { buttonsOrSharedBy, shareButton } from '../kit/job-buttons.ts';
import { footer, lines, linesPart, message } from '../kit/message.ts';
import type { ButtonSpec, Part, SlackMessage } from '../kit/message.ts';
import { code } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

/** Topics that are no command. */
type FurtherTopic = 'rules' | 'names' | 'messages';

/** What there is more to say about. */
export type HelpTopic = Exclude<Verb, 'help'> | FurtherTopic;

/** Each topic that is no command behind the command that it belongs to. */
const FURTHER_TOPICS: Readonly<Partial<Record<Verb, FurtherTopic>>> = {
  subscribe: 'rules',
  jobs: 'names',
  audit: 'messages',
};

/** All topics, in the order of the commands. */
export const HELP_TOPICS: readonly HelpTopic[] = COMMANDS.flatMap(({ verb }) => {
  const further = FURTHER_TOPICS[verb];
  return [...(verb === 'help' ? [] : [verb]), ...(further === undefined ? [] : [further])];
});

/** What the button behind the short help asks for: everything that can be typed. */
const ALL_COMMANDS = 'commands';

/**
 * Three things to type and three buttons, everything that can be typed, or more about one thing.
 *
 * @param sharedBy who showed it to everybody; undefined while only one person sees it
 */
export function helpMessage(texts: Texts, topic: string | null, channelId: string, sharedBy?: string): SlackMessage {
  const share = shareButton(texts, channelId, { actionId: ACTIONS.shareHelp, value: TOPIC_VALUE.encode({ topic }) });
  const sharing = buttonsOrSharedBy(texts, sharedBy, share);
  if (topic === null)
    return message([
      ...shortHelp(texts),
      ...(sharedBy === undefined
        ? [{ kind: 'buttons' as const, buttons: helpButtons(texts), more: share }]
        : [sharing]),
    ]);
  if (topic.toLowerCase() === ALL_COMMANDS) return message([...overview(texts), sharing]);
  const known = HELP_TOPICS.find((one) => one === topic.toLowerCase());
  if (known === undefined)
    return lines(texts.get('help.topic.unknown', { topic: code(topic), topics: otherTopics(null) }));
  const headline = texts.command(COMMANDS.some(({ verb }) => verb === known) ? known : `help ${known}`);
  return message([
    { kind: 'news', headline },
    linesPart([texts.get(`help.topic.${known}`, { quoted: texts.command('status "list"') })]),
    footer(texts.get('help.topics', { topics: otherTopics(known) })),
    sharing,
  ]);
}

/** What most people need, in three lines. */
function shortHelp(texts: Texts): readonly Part[] {
  const typed = (words: string) => texts.command(words);
  return [
    linesPart([
      texts.get('help.ask', { command: typed('orders') }),
      texts.get('help.watch', { command: typed('subscribe orders') }),
      texts.get('help.browse', { jobs: typed('jobs'), list: typed('list') }),
    ]),
    footer(texts.get('help.names')),
  ];
}

/** What to look at for whoever does not know what to type. */
export function helpButtons(texts: Texts): readonly ButtonSpec[] {
  const first = PAGE_VALUE.encode({ text: null, offset: 0 });
  const all = TOPIC_VALUE.encode({ topic: ALL_COMMANDS });
  return [
    { text: texts.get('button.all_jobs'), actionId: `${ACTIONS.pageJobs}:again`, value: first, style: 'primary' },
    { text: texts.get('button.watched_here'), actionId: `${ACTIONS.pageList}:again`, value: first },
    { text: texts.get('button.all_commands'), actionId: ACTIONS.showHelp, value: all },
  ];
}

/** Everything that can be typed. */
export function overview(texts: Texts): readonly Part[] {
  const topics = otherTopics(null);
  return [
    { kind: 'news', headline: texts.get('help.headline') },
    linesPart(COMMANDS.map(({ verb, typed }) => `${texts.command(typed)} – ${texts.get(`help.${verb}`, { topics })}`)),
    footer(texts.get('help.footer', { short: texts.command('<job>') })),
  ];
}

function otherTopics(shown: HelpTopic | null): string {
  return HELP_TOPICS.filter((one) => one !== shown)
    .map((one) => code(one))
    .join(' ');
}
