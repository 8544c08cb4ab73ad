import { MINUTE } from '../../domain/base/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { PlaceStore, StorePlace } from '../../ports/store/place.ts';
import type { PauseTimes } from '../telling/tell-pauses.ts';
import { noteAlive } from '../polling/tick.ts';
import type { NoteAliveDeps } from '../polling/tick.ts';
import { clearAlert, raiseAlert } from './alert-operator.ts';
import type { AlertDeps } from './alert-operator.ts';

/** Refused messages named in one operator alert. */
const MAX_REFUSED_POSTS = 10;

/** In ms. */
export interface WatchTimes {
  /** How often the bot notes that it is alive, and looks after its database. */
  readonly watchEveryMs: number;
}

/** What they are unless somebody says otherwise. */
export const WATCH_TIMES: WatchTimes = { watchEveryMs: MINUTE };

/** What watching the bot itself takes. */
export type WatchDeps = NoteAliveDeps &
  AlertDeps & {
    readonly store: PlaceStore;
    readonly clock: Clock;
    readonly log: Log;
    readonly workspaceId: string;
    readonly durations: WatchTimes & Pick<PauseTimes, 'pauseSayMs'>;
  };

/**
 * One look after the other at the bot itself: it is alive; the operator hears of messages that Slack refused, of rows that
 * cannot be read, and of a database that is no longer at its path.
 *
 * @returns one step of it: how long to wait before the next, in ms
 */
export function createWatch(deps: WatchDeps): () => Promise<number> {
  let isSaved = false;
  return async () => {
    await noteAlive(deps);
    await reportRefusedPosts(deps);
    await reportSetAside(deps);
    isSaved = await watchPlace(deps, isSaved);
    return deps.durations.watchEveryMs;
  };
}

/** What could not be read of the database, in the log and to the operator, once. */
async function reportSetAside(deps: WatchDeps): Promise<void> {
  const { store, workspaceId, connectionId, opsChannel: channel, clock, log, wakeLoops } = deps;
  const rows = await store.reportSetAside({ workspaceId, connectionId, channel, now: clock.now() });
  if (rows.length === 0) return;
  log.error({ rows }, 'rows of the database could not be read: they were set aside, and everything else goes on');
  wakeLoops();
}

async function reportRefusedPosts(deps: WatchDeps): Promise<void> {
  const { store, connectionId, opsChannel, clock, durations, wakeLoops } = deps;
  if (opsChannel === null) return;
  const request = {
    connectionId,
    channel: opsChannel,
    now: clock.now(),
    limit: MAX_REFUSED_POSTS,
    sayMs: durations.pauseSayMs,
  };
  if ((await store.reportRefusedPosts(request)) > 0) wakeLoops();
}

/**
 * Is the file that is open still the one at its path? If not it is saved while that is possible, and the operator hears.
 *
 * @returns whether a file that has left its path was copied; it is copied once more when the bot ends
 */
async function watchPlace(deps: WatchDeps, isSaved: boolean): Promise<boolean> {
  const { store, clock, log } = deps;
  const now = clock.now();
  const displacement = store.findDisplacement();
  const kind = 'database_displaced';
  if (displacement === null) {
    await clearAlert(deps, kind, now, (since) => ({ kind: 'database_in_place', since, until: now }));
    return false;
  }
  if (isSaved) return true;
  const { path, how, savedAs } = displacement;
  const trouble = await store.saveDisplaced().then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  log.error(
    { path, how, ...(trouble === null ? { savedAs } : { trouble }) },
    'the database that is open is no longer the file at its path, and is lost when the bot ends: stop the bot, put the copy in its place, start it',
  );
  await raiseAlert(deps, kind, now, { kind, path, how, savedAs: trouble === null ? savedAs : null });
  return trouble === null;
}

/** What the bot begins with: a database that is new is never passed over in silence. */
export async function tellPlace(
  deps: AlertDeps & { readonly clock: Clock },
  { path, isNew }: StorePlace,
): Promise<void> {
  if (!isNew || path === null) return;
  await raiseAlert(deps, 'database_new', deps.clock.now(), { kind: 'database_new', path });
}
