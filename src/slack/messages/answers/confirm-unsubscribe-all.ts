import type { NamedSubscription } from '../../../domain/subscription.ts';
import { ACTIONS, SET_VALUE } from '../kit/button-value.ts';
import { boldName, withMore } from '../kit/job-names.ts';
import { message } from '../kit/message.ts';
import type { SlackMessage } from '../kit/message.ts';
import { mention } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { namedJob } from './list-message.ts';
import { nothingWatchedMessage } from './nothing-watched-message.ts';

/** People whose subscriptions are named, and jobs of each: few lines of a phone. */
const MAX_PEOPLE = 4;
const MAX_NAMES = 5;

/** What a question about everything is asked with. */
export interface AskedAboutAll {
  /** The mark of what it is about; see domain/consent.ts. */
  readonly set: string;
  /** It was asked before, about others. */
  readonly isAnew: boolean;
  readonly readerId: string;
}

/** Asks before ending every subscription of a channel, if it has any, and says whose they are. */
export function confirmUnsubscribeAll(
  texts: Texts,
  subscriptions: readonly NamedSubscription[],
  { set, isAnew, readerId }: AskedAboutAll,
): SlackMessage {
  const count = subscriptions.length;
  if (count === 0) return nothingWatchedMessage(texts);
  const all = texts.get('button.unsubscribe_all');
  return message([
    {
      kind: 'news',
      headline: texts.get(isAnew ? 'answer.confirm_all_anew' : 'answer.confirm_all', { count }),
      lines: [...whoseLines(texts, subscriptions, readerId), texts.get('answer.confirm_all_note')],
    },
    {
      kind: 'buttons',
      buttons: [
        { text: all, actionId: ACTIONS.unsubscribeAll, value: SET_VALUE.encode({ set }), style: 'danger' },
        { text: texts.get('button.keep_all'), actionId: ACTIONS.keepAll, value: '{}' },
      ],
    },
  ]);
}

/** Whose subscriptions these are, the reader's own first; where something is cut, also where all of it is. */
function whoseLines(texts: Texts, subscriptions: readonly NamedSubscription[], readerId: string): readonly string[] {
  const by = new Map<string, NamedSubscription[]>([[readerId, []]]);
  for (const one of subscriptions) by.set(one.createdBy, [...(by.get(one.createdBy) ?? []), one]);
  const groups = [...by].filter(([, those]) => those.length > 0);
  const said = groups.map(([who, those]) => {
    const jobs = withMore(
      texts,
      those.map((one) => boldName(namedJob(one))),
      MAX_NAMES,
    ).join(', ');
    const count = those.length;
    return who === readerId
      ? texts.get('answer.whose_own', { count, jobs })
      : texts.get('answer.whose', { who: mention(who), count, jobs });
  });
  const isCut = groups.length > MAX_PEOPLE || groups.some(([, those]) => those.length > MAX_NAMES);
  return [
    ...withMore(texts, said, MAX_PEOPLE),
    ...(isCut ? [texts.get('answer.see_all', { list: texts.command('list') })] : []),
  ];
}
