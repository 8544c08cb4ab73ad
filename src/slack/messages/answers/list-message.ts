import type { EpochMs } from '../../../domain/base/time.ts';
import { isDirectMessage } from '../../../domain/conversation.ts';
import { standingOfSeen } from '../../../domain/job/seen-job.ts';
import { worstFirst } from '../../../domain/job/standing.ts';
import { distinctNames } from '../../../domain/names/tell-apart.ts';
import { NOTHING_CHOSEN, isEmpty, choiceBeside } from '../../../domain/rules/rule-choice.ts';
import type { RuleChoice } from '../../../domain/rules/rule-choice.ts';
import type { ChannelPause, ListedSubscription } from '../../../domain/subscription.ts';
import type { SubscriptionList } from '../../../use-cases/showing/list-subscriptions.ts';
import { jobCells, jobHeadings, PAGE_ROWS, standingCounts } from '../jobs/job-table.ts';
import { ACTIONS, PAGE_VALUE } from '../kit/button-value.ts';
import { sharedByPart, shareButton } from '../kit/job-buttons.ts';
import { boldName, withMore } from '../kit/job-names.ts';
import { footer, message } from '../kit/message.ts';
import type { Part, SlackMessage } from '../kit/message.ts';
import { ago, dateAndTime, safeName } from '../kit/mrkdwn.ts';
import { pageButtons, pageFooter } from '../kit/page-buttons.ts';
import type { ShownRows } from '../kit/page-buttons.ts';
import { explainRefusal } from '../kit/refusal-text.ts';
import { shortRules } from '../kit/rule-words.ts';
import type { Texts } from '../kit/texts.ts';
import { deliveryPromise } from './delivery-promise.ts';
import { nothingWatchedMessage } from './nothing-watched-message.ts';

/** Rules of their own that are told, one line each. */
const MAX_OWN_RULES = 5;

/** Who sees a list, and which page of it. */
export interface ListView {
  readonly now: EpochMs;
  /** Of the first row, from 0. */
  readonly offset?: number;
  /** Who showed it to everybody; left out while only one person sees it. */
  readonly sharedBy?: string;
}

/** What a channel watches, as a table, the worst first, and a way to end some of it. */
export function listMessage(
  texts: Texts,
  { subscriptions, channelRules, pause, historyAccess, names }: SubscriptionList,
  { now, offset = 0, sharedBy }: ListView,
): SlackMessage {
  const [first] = subscriptions;
  if (first === undefined) return nothingWatchedMessage(texts);
  const { channelId } = first;
  const sorted = worstFirst(subscriptions, standingOfSeen).map(namedJob);
  const count = sorted.length;
  const from = offset < count ? offset : 0;
  const page = sorted.slice(from, from + PAGE_ROWS);
  const at = { from, shown: page.length, count };
  const nameOf = distinctNames(sorted);
  const headline = texts.get(isDirectMessage(channelId) ? 'list.headline_dm' : 'list.headline', { count });
  return message([
    ...(pause === null ? [] : [pauseNotice(texts, pause)]),
    {
      kind: 'news',
      headline: `${headline} – ${standingCounts(sorted.map(standingOfSeen))}`,
      bold: headline,
      lines: [...defaultLines(texts, channelRules), ...ownRuleLines(texts, page, channelRules)],
    },
    {
      kind: 'table',
      rows: [jobHeadings(texts), ...page.map((one) => [nameOf(one), ...jobCells(texts, one, now)])],
      alignRight: [2],
    },
    ...pageFooter(texts, at),
    ...(sharedBy === undefined ? [buttons(texts, channelId, at)] : []),
    footer([...checkedPart(texts, page), subscribers(texts, sorted, names)].join(' · ')),
    footer(deliveryPromise(texts, historyAccess)),
    ...(sharedBy === undefined ? [] : [sharedByPart(texts, sharedBy)]),
  ]);
}

function buttons(texts: Texts, channelId: string, at: ShownRows): Part {
  const value = PAGE_VALUE.encode({ text: null, offset: at.from });
  const manage = { text: texts.get('button.manage'), actionId: ACTIONS.manageList, value };
  const share = shareButton(texts, channelId, { actionId: ACTIONS.shareList, value });
  const pages = pageButtons(texts, ACTIONS.pageList, at);
  return pages.more.length === 0
    ? { kind: 'buttons', buttons: [...pages.buttons, manage, ...share] }
    : { kind: 'buttons', buttons: [...pages.buttons, manage], more: [...pages.more, ...share] };
}

/** When the job was looked at that was looked at longest ago. */
function checkedPart(texts: Texts, page: readonly ListedSubscription[]): readonly string[] {
  const times = page.flatMap(({ state }) => state.checkedAt ?? []);
  return times.length === 0 ? [] : [texts.get('detail.checked', { ago: ago(Math.min(...times)) })];
}

/** `subscribed by ada 8, ben 2`: by name, so that nobody is called. */
function subscribers(
  texts: Texts,
  subscriptions: readonly ListedSubscription[],
  names: ReadonlyMap<string, string>,
): string {
  const counts = new Map<string, number>();
  for (const { createdBy } of subscriptions) counts.set(createdBy, (counts.get(createdBy) ?? 0) + 1);
  const said = [...counts]
    .toSorted(([, one], [, other]) => other - one)
    .map(([userId, count]) => `${personName(texts, names, userId)} ${count}`);
  return texts.get('list.subscribed_by', { who: withMore(texts, said, MAX_SUBSCRIBERS).join(', ') });
}

const MAX_SUBSCRIBERS = 5;

/** Somebody's name, safe in mrkdwn; where Slack does not tell it, that it is not known. */
function personName(texts: Texts, names: ReadonlyMap<string, string>, userId: string): string {
  const name = names.get(userId);
  return name === undefined ? texts.get('list.somebody') : safeName(name);
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

function ownRuleLines(
  texts: Texts,
  page: readonly (ListedSubscription & { readonly name: string | null })[],
  channelRules: RuleChoice,
): readonly string[] {
  const lines = page.flatMap((one) => {
    const own = choiceBeside(channelRules, one.chosen);
    return isEmpty(own) ? [] : [`${boldName(one)} ${shortRules(texts, own)}`];
  });
  return withMore(texts, lines, MAX_OWN_RULES);
}

/** The job of a subscription, as it is named elsewhere. */
export function namedJob<S extends Pick<ListedSubscription, 'jobName'>>(subscription: S): S & { name: string | null } {
  return { ...subscription, name: subscription.jobName };
}
