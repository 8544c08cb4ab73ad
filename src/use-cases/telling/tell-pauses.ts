import { HELD } from '../../domain/access.ts';
import { readersOfPause } from '../../domain/post/pause.ts';
import type { Directory } from '../../ports/slack.ts';
import type { PauseToTell } from '../../ports/store/channels.ts';
import type { Context } from '../context.ts';

/** What it takes to know who is still there. */
type Telling = Context & { readonly access: { readonly directory: Pick<Directory, 'findPerson'> } };

/**
 * Tells those who subscribed a channel that its posts are held back, once that has lasted; who has left is not told, but
 * the next person who used the bot there, or else the operator.
 */
export async function tellPauses(context: Telling): Promise<void> {
  const { store, durations, workspaceId } = context;
  for (const pause of await store.listPausesToTell({ workspaceId, sayMs: durations.pauseSayMs }))
    await tellPause(context, pause);
}

async function tellPause(context: Telling, pause: PauseToTell): Promise<void> {
  const { store, clock, opsChannel, log, wakeDispatcher } = context;
  const people = new Set([...pause.subscriptions.map(({ createdBy }) => createdBy), ...pause.users]);
  const there = new Set<string>();
  for (const userId of people) if (await isThere(context, userId)) there.add(userId);
  const found = new Map(readersOfPause(pause.subscriptions, pause.users, (userId) => there.has(userId)));
  const { channelId: channel, reason } = pause;
  const operator = opsChannel?.channelId ?? null;
  // What nothing mends is for the operator to know as well, whoever else is told.
  if (reason === HELD.channel_deleted) found.set(null, pause.subscriptions);
  const readers = [...found].flatMap(([reader, subscriptions]) => {
    const conversationId = reader ?? operator;
    return conversationId === null ? [] : [{ conversationId, subscriptions }];
  });
  if (found.has(null))
    log.warn({ channel, reason }, 'posts to a channel are held back, which is for the operator to mend');
  if (await store.tellPause({ pause, readers, now: clock.now() })) wakeDispatcher();
}

/** Whom Slack does not tell of counts as there: better told in vain than not at all. */
async function isThere({ access }: Telling, userId: string): Promise<boolean> {
  const person = await access.directory.findPerson(userId);
  return person.kind === 'told' ? !person.isBotOrDeactivated : person.kind === 'not_told';
}
