import type { ModalView, SectionBlock } from '@slack/types';
import { z } from 'zod';

import type { EpochMs } from '../../../domain/base/time.ts';
import { jobName } from '../../../domain/job/job-name.ts';
import { standingOfSeen } from '../../../domain/job/seen-job.ts';
import { worstFirst } from '../../../domain/job/standing.ts';
import type { SubscriptionList } from '../../../use-cases/showing/list-subscriptions.ts';
import { shortenNames } from '../../../domain/names/shorten-names.ts';
import { distinctNames } from '../../../domain/names/tell-apart.ts';
import type { ShownSubscription } from '../../../use-cases/subscribing/unsubscribe.ts';
import { namedJob } from '../answers/list-message.ts';
import { stateCell } from '../jobs/job-table.ts';
import { SHOWN_VALUE } from '../kit/button-value.ts';
import { withMore } from '../kit/job-names.ts';
import { section } from '../kit/message.ts';
import { cut, escapeMrkdwn, mention, safeName } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

/** What Slack calls the dialog in which several jobs are unwatched. */
export const MANAGE_CALLBACK = 'drs_manage';

/** Checkboxes of one input, and inputs: two blocks remain (docs.slack.dev, "Checkboxes element", "Views"). */
const MAX_BOXES = 10;
const MAX_INPUTS = 98;
const MAX_OPTION_TEXT = 75;
/** Characters of a state and of a person's name that fit beside a box together. */
const MAX_STATE = 36;
const MAX_PERSON = 20;
/** People who are named above the boxes. */
const MAX_OTHERS = 5;

/**
 * Every job that a conversation watches, with a box each that says whose it is; a box stands for the subscription that is shown, not
 * for one that somebody makes to the same job while the dialog is open.
 *
 * @param about.channelId the conversation they belong to, whatever may be shown when the dialog is sent off
 */
export function manageView(
  texts: Texts,
  { subscriptions, names: people }: SubscriptionList,
  { channelId, readerId, now }: { readonly channelId: string; readonly readerId: string; readonly now: EpochMs },
): ModalView {
  const sorted = worstFirst(subscriptions, standingOfSeen).map(namedJob);
  const names = shortenNames(sorted.map(distinctNames(sorted)));
  const options = sorted.slice(0, MAX_BOXES * MAX_INPUTS).map((one, index) => ({
    text: plain(cut(names[index] ?? jobName(one), MAX_OPTION_TEXT)),
    description: {
      type: 'mrkdwn' as const,
      text: texts.get('manage.option', {
        state: escapeMrkdwn(cut(stateCell(texts, one, now), MAX_STATE)),
        who: personInDialog(people, one.createdBy),
      }),
      verbatim: true,
    },
    value: SHOWN_VALUE.encode({ job: one.jobId, subscription: one.id }),
  }));
  const groups = Array.from({ length: Math.ceil(options.length / MAX_BOXES) }, (_group, index) =>
    options.slice(index * MAX_BOXES, (index + 1) * MAX_BOXES),
  );
  return {
    type: 'modal',
    callback_id: MANAGE_CALLBACK,
    private_metadata: JSON.stringify({ channel: channelId }),
    title: plain(texts.get('manage.title')),
    submit: plain(texts.get('button.unsubscribe')),
    close: plain(texts.get('manage.close')),
    blocks: [
      ...othersWarning(texts, { subscriptions, names: people }, readerId),
      ...groups.map((group, index) => ({
        type: 'input' as const,
        block_id: `jobs-${index}`,
        optional: true,
        label: plain(texts.get('manage.label', { from: index * MAX_BOXES + 1, to: index * MAX_BOXES + group.length })),
        element: { type: 'checkboxes' as const, action_id: 'jobs', options: group },
      })),
    ],
  };
}

/** Whose the others are, and what comes of ending them: whoever ticks one has read that. Nothing where all are the reader's. */
function othersWarning(
  texts: Texts,
  { subscriptions, names }: Pick<SubscriptionList, 'subscriptions' | 'names'>,
  readerId: string,
): readonly SectionBlock[] {
  const counts = new Map<string, number>();
  for (const { createdBy } of subscriptions)
    if (createdBy !== readerId) counts.set(createdBy, (counts.get(createdBy) ?? 0) + 1);
  if (counts.size === 0) return [];
  const said = [...counts]
    .toSorted(([, one], [, other]) => other - one)
    .map(([who, count]) => `${personInDialog(names, who)} ${count}`);
  return [section([texts.get('manage.others', { who: withMore(texts, said, MAX_OTHERS).join(', ') })])];
}

/** A dialog calls nobody, so Slack itself names whoever it does not name to us: nobody's subscription is "somebody's". */
function personInDialog(names: ReadonlyMap<string, string>, userId: string): string {
  const name = names.get(userId);
  return name === undefined ? mention(userId) : safeName(cut(name, MAX_PERSON));
}

function plain(text: string) {
  return { type: 'plain_text' as const, text, emoji: true };
}

const submission = z.object({
  user: z.object({ id: z.string(), team_id: z.string().optional() }),
  view: z.object({
    private_metadata: z.string().max(3_000),
    state: z.object({
      values: z.record(
        z.string(),
        z.record(z.string(), z.object({ selected_options: z.array(z.object({ value: z.string() })).optional() })),
      ),
    }),
  }),
});
const metadata = z.object({ channel: z.string().min(1).max(20) });

/** Somebody sent off the dialog. */
export interface Managed {
  readonly userId: string;
  /** The workspace of the person; null when Slack does not say. */
  readonly teamId: string | null;
  readonly channelId: string;
  /** Those whose box is ticked; null when another version of the bot showed them. */
  readonly ticked: readonly ShownSubscription[] | null;
}

/** Reads what was sent off; null for what no version would have shown. */
export function parseManaged(body: unknown): Managed | null {
  const parsed = submission.safeParse(body);
  if (!parsed.success) return null;
  const { user, view } = parsed.data;
  const about = readMetadata(view.private_metadata);
  if (about === null) return null;
  const chosen = Object.values(view.state.values).flatMap((block) => Object.values(block));
  const values = chosen.flatMap(({ selected_options: options }) => (options ?? []).map(({ value }) => value));
  const read = values.flatMap((value) => SHOWN_VALUE.decode(value) ?? []);
  const ticked = read.length < values.length ? null : read;
  return { userId: user.id, teamId: user.team_id ?? null, channelId: about.channel, ticked };
}

function readMetadata(text: string): z.infer<typeof metadata> | null {
  try {
    return metadata.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
