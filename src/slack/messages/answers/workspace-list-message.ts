import { isDirectMessage } from '../../../domain/conversation.ts';
import { standingOf, worstFirst } from '../../../domain/job/standing.ts';
import { alarmLevelOf } from '../../../domain/rules/subscription-rules.ts';
import type { WorkspaceList } from '../../../use-cases/showing/list-workspace.ts';
import { jobHeadline } from '../jobs/job-details.ts';
import { endThereButtons } from '../kit/end-there-button.ts';
import { withMore } from '../kit/job-names.ts';
import { footer, lines, linesPart, message } from '../kit/message.ts';
import type { Part, SlackMessage } from '../kit/message.ts';
import { channelLink, code, mention } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { namedJob } from './list-message.ts';

/** Channels shown, and jobs shown of each. */
const MAX_CHANNELS = 40;
const MAX_JOBS = 10;
/** Who subscribed, of each channel. */
const MAX_OWNERS = 5;

/** What the channels of a workspace watch; those the reader may not know of are only counted. */
export function workspaceListMessage(texts: Texts, { channels, hidden }: WorkspaceList): SlackMessage {
  const count = channels.reduce((sum, { subscriptions }) => sum + subscriptions.length, hidden.jobs);
  if (count === 0) return lines(texts.get('list_all.none'));
  const more = channels.length - MAX_CHANNELS;
  return message([
    { kind: 'news', headline: texts.get('list_all.headline', { count }) },
    ...channels.slice(0, MAX_CHANNELS).map((one) => channelPart(texts, one)),
    ...(more > 0 ? [footer(texts.get('list_all.more', { count: more }))] : []),
    ...(hidden.channels > 0 ? [footer(texts.get('list_all.hidden', { ...hidden }))] : []),
  ]);
}

function channelPart(texts: Texts, { channelId, subscriptions, pause }: WorkspaceList['channels'][number]): Part {
  const owners = [...new Set(subscriptions.map(({ createdBy }) => mention(createdBy)))];
  const channel = isDirectMessage(channelId)
    ? `*${texts.get('list_all.dm')}*`
    : texts.get('list_all.by', {
        channel: `*${channelLink(channelId)}*`,
        who: owners.slice(0, MAX_OWNERS).join(', '),
      });
  const held = pause === null ? [] : [texts.get('list_all.paused', { reason: code(pause.reason) })];
  const sorted = worstFirst(subscriptions, ({ state, rules }) => standingOf(state, alarmLevelOf(rules)));
  const states = sorted.map((one) => jobHeadline(texts, namedJob(one), alarmLevelOf(one.rules)));
  const said = [channel, ...held, ...withMore(texts, states, MAX_JOBS)];
  // What can be typed there needs no button.
  const [end] =
    pause === null
      ? []
      : endThereButtons(
          texts,
          channelId,
          subscriptions.map((one) => one.jobId),
        );
  return end === undefined ? linesPart(said) : { kind: 'row', line: said.join('\n'), button: end };
}
