import { isDirectMessage } from '../../../domain/conversation.ts';
import { standingOf, worstFirst } from '../../../domain/job/standing.ts';
import type { WorkspaceList } from '../../../use-cases/showing/list-workspace.ts';
import { currentState } from './list-message.ts';
import type { Part, SlackMessage } from '../kit/message.ts';
import { lines, message } from '../kit/message.ts';
import { escapeMrkdwn } from '../kit/mrkdwn.ts';
import type { Voice } from '../kit/texts.ts';

/** Channels shown, and jobs shown of each. */
const MOST_CHANNELS = 40;
const MOST_JOBS = 10;

/** What the channels of a workspace watch; those the reader may not know of are only counted. */
export function workspaceListMessage(voice: Voice, { channels, hidden }: WorkspaceList): SlackMessage {
  const shownJobs = channels.reduce((sum, { subscriptions }) => sum + subscriptions.length, 0);
  if (shownJobs + hidden.jobs === 0) return lines(voice.say('list_all.none'));
  const more = channels.length - MOST_CHANNELS;
  return message([
    { kind: 'news', headline: voice.say('list_all.headline', { count: shownJobs + hidden.jobs }) },
    ...channels.slice(0, MOST_CHANNELS).map((one) => channelPart(voice, one)),
    ...(more > 0 ? [footer(voice.say('list_all.more', { count: more }))] : []),
    ...(hidden.channels > 0 ? [footer(voice.say('list_all.hidden', { ...hidden }))] : []),
  ]);
}

function channelPart(voice: Voice, { channelId, subscriptions }: WorkspaceList['channels'][number]): Part {
  const channel = isDirectMessage(channelId) ? voice.say('list_all.dm') : `<#${escapeMrkdwn(channelId)}>`;
  const sorted = worstFirst(subscriptions, ({ state }) => standingOf(state));
  const states = sorted.slice(0, MOST_JOBS).map((one) => currentState(voice, one));
  const more = subscriptions.length - states.length;
  return {
    kind: 'lines',
    lines: [`*${channel}*`, ...states, ...(more > 0 ? [voice.say('names.more', { count: more })] : [])],
  };
}

function footer(line: string): Part {
  return { kind: 'footer', line };
}
