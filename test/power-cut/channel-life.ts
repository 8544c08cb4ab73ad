import { writeSync } from 'node:fs';

import { z } from 'zod';

import { MINUTE } from '../../src/domain/base/time.ts';
import type { MessageTs } from '../../src/domain/post/message-ts.ts';
import { describe, OneChannel } from '../support/one-channel.ts';
import type { Message } from '../support/one-channel.ts';

/** Jobs that fail one after the other, so far apart that each is told alone. */
const FAILING = [1, 2, 3] as const;

const mark = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['begun', 'asks', 'committed']) }),
  z.object({ kind: z.literal('sent'), postId: z.string(), what: z.string() }),
  z.object({ kind: z.literal('unsubscribed') }),
]);

/**
 * What somebody outside knows of: Slack has taken a message, or a person was told that something is saved. `asks` and
 * `committed` are around a poll, of which nobody outside knows.
 */
export type Mark = Readonly<z.infer<typeof mark>>;

/** @throws ZodError for anything else than a mark */
export function parseMark(line: string): Mark {
  return mark.parse(JSON.parse(line));
}

/** Opens a channel that watches three jobs, at `address`, and lives through its failures until it watches no more. */
export async function liveOnce(address: string, marks: number): Promise<void> {
  await using channel = await OneChannel.open(FAILING.length, address);
  const note = (one: Mark) => void writeSync(marks, `${JSON.stringify(one)}\n`);
  note({ kind: 'begun' });
  await live(channel, note, null);
}

/**
 * What the next process makes of files that a power cut has left, when DRS says the same of each job as it did before.
 *
 * @param marks what happened before the cut
 * @returns everything that was sent before and after it
 */
export async function liveOn(address: string, marks: readonly Mark[]): Promise<readonly string[]> {
  await using channel = OneChannel.reopen(address, 1_700_000_000_000 + 60 * MINUTE);
  const sent = marks.flatMap((one) => (one.kind === 'sent' ? [one] : []));
  const isUnsubscribed = marks.some(({ kind }) => kind === 'unsubscribed');
  const after: string[] = [];
  const shown = (postId: string): readonly MessageTs[] =>
    sent.some((one) => one.postId === postId) ? [MESSAGE_OF_BEFORE] : [];
  const note = (one: Mark) => {
    if (one.kind === 'sent') after.push(one.what);
  };
  if (isUnsubscribed && (await countSubscriptions(channel)) > 0) throw new Error('what a person was told is not saved');
  await live(channel, note, shown);
  return [...sent.map(({ what }) => what), ...after];
}

const MESSAGE_OF_BEFORE: MessageTs = '1700003000.000100';

async function live(
  channel: OneChannel,
  note: (one: Mark) => void,
  shown: ((postId: string) => readonly MessageTs[]) | null,
): Promise<void> {
  const settle = (turn: Message) => {
    if (turn.kind === 'send') note({ kind: 'sent', postId: turn.post.id, what: describe(turn) });
    return null;
  };
  await channel.pass(20 * MINUTE, settle, shown);
  for (const number of FAILING) {
    note({ kind: 'asks' });
    if (!(await isKnownToFail(channel, number))) await channel.fail(number);
    note({ kind: 'committed' });
    await channel.pass(20 * MINUTE, settle, shown);
  }
  if ((await countSubscriptions(channel)) > 0) await channel.unsubscribe();
  note({ kind: 'unsubscribed' });
  await channel.pass(20 * MINUTE, settle, shown);
}

async function isKnownToFail({ db }: OneChannel, number: number): Promise<boolean> {
  const events = await db.selectFrom('job_events').select('job_id').where('kind', '=', 'status_changed').execute();
  return events.some((event) => Number(event.job_id.slice(24, 31)) === number);
}

async function countSubscriptions({ db }: OneChannel): Promise<number> {
  return (await db.selectFrom('subscriptions').select('job_id').where('ended_at', 'is', null).execute()).length;
}
