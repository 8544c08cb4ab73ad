import type { NamedSubscription } from '../../../domain/subscription.ts';
import type { EndedElsewhere, EndedShown, UnsubscribeOutcome } from '../../../use-cases/subscribing/unsubscribe.ts';
import { ACTIONS, JOBS_VALUE } from '../kit/button-value.ts';
import { endThereButtons } from '../kit/end-there-button.ts';
import { boldName, jobNames, nameAll } from '../kit/job-names.ts';
import { lines, linesPart, message } from '../kit/message.ts';
import type { ButtonSpec, Part, SlackMessage } from '../kit/message.ts';
import { channelLink, code, dateAndTime, mention } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { namedJob } from './list-message.ts';
import { nothingWatchedMessage } from './nothing-watched-message.ts';
import { unsubscribePatternParts } from './pattern-parts.ts';
import { undoCommands } from './undo-commands.ts';
import { unresolvedParts } from './reference-problem.ts';

/** What the person who unsubscribed is told. */
export function unsubscribeAnswer(texts: Texts, outcome: UnsubscribeOutcome, channelId: string): SlackMessage {
  const list = texts.command('list');
  return message([
    linesPart([
      ...(outcome.ended.length === 0 ? [] : [endedLine(texts, outcome.ended)]),
      ...outcome.notSubscribed.map((jobId) => texts.get('answer.not_watched', { job: code(jobId), list })),
    ]),
    ...outcome.patterns.flatMap((pattern) => unsubscribePatternParts(texts, pattern)),
    ...unresolvedParts(texts, outcome, 'unsubscribe', channelId),
    ...confirmOthers(texts, outcome.toConfirm),
  ]);
}

/** After what was ticked in the dialog of *Manage…* was sent off. */
export function endedShownMessage(texts: Texts, { ended, others, gone }: EndedShown): SlackMessage {
  const list = texts.command('list');
  return lines(
    ...(ended.length === 0 ? [] : [endedLine(texts, ended)]),
    ...(others.length === 0
      ? []
      : [
          texts.get('answer.subscribed_since', {
            count: others.length,
            jobs: nameAll(texts, others, (one) =>
              texts.get('answer.subscribed_by', { job: boldName(namedJob(one)), who: mention(one.createdBy) }),
            ),
            list,
          }),
        ]),
    ...(gone === 0 ? [] : [texts.get('answer.ended_since', { count: gone })]),
  );
}

/** After *Unsubscribe all*. */
export function unsubscribedAllMessage(texts: Texts, ended: readonly NamedSubscription[]): SlackMessage {
  return ended.length === 0 ? nothingWatchedMessage(texts) : lines(endedLine(texts, ended));
}

/** What somebody who may not use the bot any more has ended of their own. */
export function stoppedOwnMessage(texts: Texts, ended: readonly NamedSubscription[]): SlackMessage {
  return lines(texts.get('answer.stopped_own', { jobs: jobNames(texts, ended.map(namedJob)) }));
}

/** After *End them*. */
export function endedThereMessage(texts: Texts, outcome: EndedElsewhere, channelId: string): SlackMessage {
  const channel = channelLink(channelId);
  if (outcome.kind === 'not_in_channel') return lines(texts.get('answer.not_there', { channel }));
  if (outcome.kind === 'changed') return endThereAnew(texts, outcome.subscriptions, channelId);
  const jobs = jobNames(texts, outcome.ended.map(namedJob));
  return lines(
    outcome.ended.length === 0
      ? texts.get('answer.none_there', { channel })
      : texts.get('answer.ended_there', { channel, jobs }),
  );
}

/** Asks anew, about what the channel watches now. */
function endThereAnew(texts: Texts, subscriptions: readonly NamedSubscription[], channelId: string): SlackMessage {
  const channel = channelLink(channelId);
  const jobs = jobNames(texts, subscriptions.map(namedJob));
  const list = texts.command('list all');
  return message([
    linesPart([texts.get('answer.there_changed', { channel, jobs, list })]),
    {
      kind: 'buttons',
      buttons: endThereButtons(
        texts,
        channelId,
        subscriptions.map(({ jobId }) => jobId),
      ),
    },
  ]);
}

function endedLine(texts: Texts, ended: readonly NamedSubscription[]): string {
  const undo = undoCommands(texts, 'subscribe', ended);
  return texts.get('answer.unsubscribed', { jobs: jobNames(texts, ended.map(namedJob)), undo });
}

/** Asks before ending what somebody else made. */
function confirmOthers(texts: Texts, others: readonly NamedSubscription[]): readonly Part[] {
  const [first] = others;
  if (first === undefined) return [];
  const count = others.length;
  const value = JOBS_VALUE.encode({ jobs: others.map((one) => one.jobId) });
  const anyway = texts.get('button.unsubscribe_anyway');
  const keep = texts.get('button.keep_others', { count });
  const buttons: readonly ButtonSpec[] = [
    { text: anyway, actionId: ACTIONS.unsubscribeAnyway, value, style: 'danger' },
    { text: keep, actionId: ACTIONS.keepOthers, value: JOBS_VALUE.encode({ jobs: [first.jobId] }) },
  ];
  const lines = [...others.map((one) => madeByLine(texts, one)), texts.get('answer.confirm_others_note')];
  return [
    { kind: 'news', headline: texts.get('answer.confirm_others', { count }), lines },
    { kind: 'buttons', buttons },
  ];
}

function madeByLine(texts: Texts, one: NamedSubscription): string {
  const { createdBy, createdAt } = one;
  const job = boldName(namedJob(one));
  return texts.get('answer.made_by', { who: mention(createdBy), job, at: dateAndTime(createdAt) });
}
