import { COMMANDS } from '../../parsing/parse-command.ts';
import type { Verb } from '../../parsing/parse-command.ts';
import { ACTIONS, TOPIC_VALUE } from '../kit/button-value.ts';
import { buttonsOrSharedBy, shareButton } from '../kit/job-buttons.ts';
import { footer, lines, linesPart, message } from '../kit/message.ts';
import type { Part, SlackMessage } from '../kit/message.ts';
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

/**
 * Everything that can be typed, or more about one thing.
 *
 * @param sharedBy who showed it to everybody; undefined while only one person sees it
 */
export function helpMessage(texts: Texts, topic: string | null, channelId: string, sharedBy?: string): SlackMessage {
  const share = shareButton(texts, channelId, { actionId: ACTIONS.shareHelp, value: TOPIC_VALUE.encode({ topic }) });
  const sharing = buttonsOrSharedBy(texts, sharedBy, share);
  if (topic === null) return message([...overview(texts), sharing]);
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
