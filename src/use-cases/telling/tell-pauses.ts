import { findPersonDenial, HELD } from '../../domain/access.ts';
import type { AccessPolicy, Home } from '../../domain/access.ts';
import { MINUTE } from '../../domain/base/time.ts';
import { readersOfPause, TRIALS_MS } from '../../domain/post/pause.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Directory } from '../../ports/slack.ts';
import type { ChannelStore, PauseToTell } from '../../ports/store/channels.ts';

/** In ms. */
export interface PauseTimes {
  /** What Slack refuses is tried again after these; the last one goes on for ever. */
  readonly trialsMs: readonly number[];
  /** A refusal that lasts this long is told to people. */
  readonly pauseSayMs: number;
}

/** What they are unless somebody says otherwise. */
export const PAUSE_TIMES: PauseTimes = { trialsMs: TRIALS_MS, pauseSayMs: 5 * MINUTE };

/** What telling of pauses takes. */
export interface TellPausesDeps {
  readonly store: ChannelStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly workspaceId: string;
  readonly durations: Pick<PauseTimes, 'pauseSayMs'>;
  /** Where whoever runs the bot hears of what must be mended; null: in the log only. */
  readonly opsChannel: ChannelKey | null;
  readonly access: {
    readonly directory: Pick<Directory, 'findPerson'>;
    readonly home: Home;
    readonly policy: AccessPolicy;
  };
  readonly wakeLoops: () => void;
}

/**
 * Tells those who subscribed a channel that its posts are held back, once that has lasted; who has left or may not use the
 * bot any more is not told, but the next person who used it there, or else the operator.
 */
export async function tellPauses(deps: TellPausesDeps): Promise<void> {
  const { store, durations, workspaceId } = deps;
  for (const pause of await store.listPausesToTell({ workspaceId, sayMs: durations.pauseSayMs }))
    await tellPause(deps, pause);
}

async function tellPause(deps: TellPausesDeps, pause: PauseToTell): Promise<void> {
  const { store, clock, opsChannel, log, wakeLoops } = deps;
  const people = new Set([...pause.subscriptions.map(({ createdBy }) => createdBy), ...pause.users]);
  const there = new Set<string>();
  for (const userId of people) if (await mayBeTold(deps, userId)) there.add(userId);
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
  if (await store.tellPause({ pause, readers, now: clock.now() })) wakeLoops();
}

/** Whom Slack does not tell of counts as somebody who may: better told in vain than not at all. */
async function mayBeTold({ access }: TellPausesDeps, userId: string): Promise<boolean> {
  const person = await access.directory.findPerson(userId);
  const denial = findPersonDenial({ userId, teamId: null, person }, access.home, access.policy);
  return denial === null || denial === 'person_not_told' || denial === 'person_withheld';
}
