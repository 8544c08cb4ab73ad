import type { EpochMs } from '../../../domain/base/time.ts';
import { isDirectMessage } from '../../../domain/conversation.ts';
import { shortId } from '../../../domain/job/job-id.ts';
import { standingOf, worstFirst } from '../../../domain/job/standing.ts';
import { NOTHING_CHOSEN, isEmpty, choiceBeside } from '../../../domain/rules/rule-choice.ts';
import type { RuleChoice } from '../../../domain/rules/rule-choice.ts';
import { alarmLevelOf } from '../../../domain/rules/subscription-rules.ts';
import type { ChannelPause, ListedSubscription } from '../../../domain/subscription.ts';
import type { SubscriptionList } from '../../../use-cases/showing/list-subscriptions.ts';
import { jobHeadline } from '../jobs/job-details.ts';
import { ACTIONS, JOBS_VALUE } from '../kit/button-value.ts';
import { buttonsOrSharedBy, shareButton } from '../kit/job-buttons.ts';
import { plainName } from '../kit/job-names.ts';
import { footer, linesPart, message } from '../kit/message.ts';
import type { Part, SlackMessage } from '../kit/message.ts';
import { ago, dateAndTime, mention } from '../kit/mrkdwn.ts';
import { explainRefusal } from '../kit/refusal-text.ts';
import { shortRules } from '../kit/rule-words.ts';
import type { Texts } from '../kit/texts.ts';
import { deliveryPromise } from './delivery-promise.ts';
import { nothingWatchedMessage } from './nothing-watched-message.ts';

/** Rows with a button that fit in one message beside its other blocks. */
const MAX_ROWS = 40;

/**
 * What a channel watches, with a way out of each.
 *
 * @param sharedBy who showed it to everybody; undefined while only one person sees it
 */
export function listMessage(
  texts: Texts,
  { subscriptions, channelRules, pause, historyAccess }: SubscriptionList,
  sharedBy?: string,
): SlackMessage {
  const [first] = subscriptions;
  if (first === undefined) return nothingWatchedMessage(texts);
  const { channelId } = first;
  const sorted = worstFirst(subscriptions, ({ state, rules }) => standingOf(state, alarmLevelOf(rules)));
  const count = sorted.length;
  const rest = sorted.slice(MAX_ROWS).map(namedJob);
  const more = { count: rest.length, names: rest.map(plainName).join(', ') };
  return message([
    ...(pause === null ? [] : [pauseNotice(texts, pause)]),
    {
      kind: 'news',
      headline: texts.get(isDirectMessage(channelId) ? 'list.headline_dm' : 'list.headline', { count }),
      lines: defaultLines(texts, channelRules),
    },
    ...sorted.slice(0, MAX_ROWS).map((one) => row(texts, one, channelRules)),
    ...(rest.length > 0 ? [linesPart([texts.get('list.more', more)])] : []),
    footer(deliveryPromise(texts, historyAccess)),
    buttonsOrSharedBy(texts, sharedBy, shareButton(texts, channelId, { actionId: ACTIONS.shareList, value: '{}' })),
  ]);
}

function pauseNotice(texts: Texts, { reason, waiting, since, nextTrialAt }: ChannelPause): Part {
  const why = explainRefusal(texts, reason);
  return {
    kind: 'news',
    headline: texts.get('list.paused'),
    lines: [texts.get('list.paused_note', { why, count: waiting }), pausedSince(texts, since, nextTrialAt)],
  };
}

function pausedSince(texts: Texts, at: EpochMs, nextTrialAt: EpochMs | null): string {
  const since = dateAndTime(at);
  return nextTrialAt === null || nextTrialAt === 0
    ? texts.get('list.paused_since', { since })
    : texts.get('list.paused_next', { since, next: dateAndTime(nextTrialAt) });
}

/** What the channel chose for all that say nothing themselves. */
function defaultLines(texts: Texts, channelRules: RuleChoice): readonly string[] {
  const chosen = choiceBeside(NOTHING_CHOSEN, channelRules);
  return isEmpty(chosen) ? [] : [texts.get('list.channel_rules', { rules: shortRules(texts, chosen) })];
}

function row(texts: Texts, subscription: ListedSubscription, channelRules: RuleChoice): Part {
  const { state, jobId, createdBy, createdAt, chosen } = subscription;
  const own = choiceBeside(channelRules, chosen);
  const checked = state.checkedAt === null ? '' : ` · ${texts.get('detail.checked', { ago: ago(state.checkedAt) })}`;
  const value = JOBS_VALUE.encode({ jobs: [jobId], target: jobId });
  return {
    kind: 'news',
    headline: jobHeadline(texts, namedJob(subscription), alarmLevelOf(subscription.rules)),
    lines: [
      texts.get('list.by', { id: shortId(jobId), checked, who: mention(createdBy), at: dateAndTime(createdAt) }),
      ...(isEmpty(own) ? [] : [texts.get('rules.line', { rules: shortRules(texts, own) })]),
    ],
    button: { text: texts.get('button.unsubscribe'), actionId: ACTIONS.unsubscribeListed, value },
  };
}

/** The job of a subscription, as it is named elsewhere. */
export function namedJob<S extends Pick<ListedSubscription, 'jobName'>>(subscription: S): S & { name: string | null } {
  return { ...subscription, name: subscription.jobName };
}
