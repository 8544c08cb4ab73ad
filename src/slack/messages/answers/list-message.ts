import { isDirectMessage } from '../../../domain/conversation.ts';
import { shortId } from '../../../domain/job/job-id.ts';
import { lagNote } from '../../../domain/job/lag-note.ts';
import { standingOf, worstFirst } from '../../../domain/job/standing.ts';
import { jobName } from '../../../domain/job/job-name.ts';
import type { ReadBack } from '../../../domain/post/read-back.ts';
import type { ChannelPause, ListedSubscription } from '../../../domain/subscription.ts';
import type { SubscriptionList } from '../../../use-cases/showing/list-subscriptions.ts';
import { ACTIONS, encodeJobs } from '../kit/button-value.ts';
import { mention } from '../posts/announcement.ts';
import { shareButton } from '../kit/job-buttons.ts';
import type { Part, SlackMessage } from '../kit/message.ts';
import { lines, message } from '../kit/message.ts';
import { ago, code, dateAndTime, safeName } from '../kit/mrkdwn.ts';
import { refusal } from '../kit/refusal-text.ts';
import { headline, statusWords } from '../jobs/status-words.ts';
import { nothingSubscribed } from './subscribe-answer.ts';
import type { Voice } from '../kit/texts.ts';

/** Rows with a button that fit in one message beside its other blocks. */
const MOST_ROWS = 40;

/**
 * What a channel watches, with a way out of each.
 *
 * @param sharedBy who showed it to everybody; undefined while only one person sees it
 */
export function listMessage(
  voice: Voice,
  { subscriptions, pause, readBack }: SubscriptionList,
  sharedBy?: string,
): SlackMessage {
  const [first] = subscriptions;
  if (first === undefined) return lines(nothingSubscribed(voice));
  const sorted = worstFirst(subscriptions, ({ state }) => standingOf(state));
  const rows = sorted.slice(0, MOST_ROWS).map((one) => row(voice, one));
  const more = sorted.length - rows.length;
  const share = shareButton(voice, first.channelId, { actionId: ACTIONS.shareList, value: '{}' });
  const headlineKey = isDirectMessage(first.channelId) ? 'list.headline_dm' : 'list.headline';
  return message([
    ...(pause === null ? [] : [pauseNotice(voice, pause)]),
    { kind: 'news', headline: voice.say(headlineKey, { count: subscriptions.length }) },
    ...rows,
    ...(more > 0 ? [moreRows(voice, sorted.slice(MOST_ROWS))] : []),
    { kind: 'footer', line: deliveryPromise(voice, readBack) },
    sharedBy === undefined
      ? { kind: 'buttons', buttons: share }
      : { kind: 'footer', line: voice.say('answer.shared', { who: mention(sharedBy) }) },
  ]);
}

/** Whether a message can come twice here, and why. */
export function deliveryPromise(voice: Voice, readBack: ReadBack): string {
  switch (readBack.kind) {
    case 'proven':
      return voice.say('list.exactly_once');
    case 'untried':
      return voice.say('list.untried');
    case 'refused':
      return readBack.reason === 'missing_scope'
        ? voice.say('list.history_scope_missing', { scopes: code('channels:history groups:history im:history') })
        : voice.say('list.history_refused', { reason: code(readBack.reason) });
  }
}

function pauseNotice(voice: Voice, pause: ChannelPause): Part {
  const note = {
    why: refusal(voice, pause.reason),
    subscribe: voice.typed('subscribe <job>'),
    count: pause.waiting,
  };
  return {
    kind: 'news',
    headline: voice.say('list.paused'),
    lines: [voice.say('list.paused_note', note), voice.say('list.paused_since', { since: dateAndTime(pause.since) })],
  };
}

function row(voice: Voice, subscription: ListedSubscription): Part {
  const { state, jobId, createdBy, createdAt } = subscription;
  const checked = state.checkedAt === null ? '' : ` · ${voice.say('detail.checked', { ago: ago(state.checkedAt) })}`;
  return {
    kind: 'news',
    headline: currentState(voice, subscription),
    lines: [voice.say('list.by', { id: shortId(jobId), checked, who: mention(createdBy), at: dateAndTime(createdAt) })],
    button: {
      text: voice.say('button.unsubscribe'),
      actionId: ACTIONS.unsubscribeListed,
      value: encodeJobs({ jobs: [jobId], target: jobId }),
    },
  };
}

/** One line about how a watched job stood when it was last looked at. */
export function currentState(voice: Voice, { state, jobId, jobName: given, jobType }: ListedSubscription): string {
  const name = jobName({ jobId, name: given });
  if (state.report === null) return `⚪ ${voice.say('state.no_report')} – ${safeName(name)}`;
  if (state.unknown?.isLasting !== true)
    return headline(voice, statusWords(voice, state.report, jobType, lagNote(state)), name);
  const since = dateAndTime(state.unknown.since);
  return `⚪ ${voice.say('state.unknown_since', { name: safeName(name), since })}`;
}

function moreRows(voice: Voice, rest: readonly ListedSubscription[]): Part {
  const names = rest.map((one) => safeName(jobName({ jobId: one.jobId, name: one.jobName }))).join(', ');
  return { kind: 'lines', lines: [voice.say('list.more', { count: rest.length, names })] };
}
