import { isWithin, MINUTE } from '../domain/base/time.ts';
import type { EpochMs } from '../domain/base/time.ts';
import { historyAccessNow } from '../domain/post/history-access.ts';
import { beginOfDownTime } from '../domain/poll/timetable.ts';
import type { Log } from '../ports/log.ts';
import type { StorePlace } from '../ports/store/place.ts';
import type { Store } from '../ports/store/store.ts';
import type { SlackIdentity } from '../slack/workspace/identify.ts';
import { openStore } from '../store/open-store.ts';
import type { Parts } from './parts.ts';
import type { Overrides, Resources } from './resources.ts';

/** A full disk is news again when nothing was refused for so long, in ms. */
const DISK_QUIET_MS = 5 * MINUTE;

/** Opens the database; a full disk is logged once. */
export async function openBotStore(
  { config, clock, durations, log, decorate }: Pick<Resources, 'config' | 'clock' | 'durations' | 'log' | 'decorate'>,
  onStatement: Overrides['onStatement'],
): Promise<Store> {
  let lastFullAt: EpochMs | null = null;
  const noteFull = () => {
    const isNews = lastFullAt === null || !isWithin(clock.now(), lastFullAt, DISK_QUIET_MS);
    lastFullAt = clock.now();
    if (isNews) log.error({}, 'the disk with the database is full: free some space');
  };
  const opened = await openStore(config.databaseUrl, {
    clock: () => clock.now(),
    monotonic: () => clock.monotonic(),
    language: config.language,
    trialsMs: durations.trialsMs,
    onStatement,
    onDiskFull: noteFull,
  });
  return decorate.store?.(opened) ?? opened;
}

/**
 * Makes the rows that everything else refers to, and notes that the bot is back before anybody can ask. A workspace that
 * had refused the bot is tried anew. Returns what was there before.
 */
export async function introduce(
  { store, config, clock, durations, timetable, log }: Resources,
  { workspaceId, workspaceName }: SlackIdentity,
  projectId: string,
): Promise<StorePlace> {
  const place = await store.findPlace();
  logPlace(place, log);
  const { endpoint } = config.drs;
  const now = clock.now();
  await store.openWorkspace({ id: workspaceId, name: workspaceName, at: now });
  await store.openConnection({ id: projectId, name: 'default', endpoint, projectId, at: now });
  const findDownTime = (lastAliveAt: EpochMs) => beginOfDownTime(timetable, lastAliveAt, now, durations.downMs);
  await store.noteAlive({ connectionId: projectId, now, findDownTime });
  return place;
}

/** Says what the bot begins with: whoever looks for what has been forgotten looks here first. */
function logPlace({ path, isNew, bytes, subscriptions }: StorePlace, log: Log): void {
  const facts = { database: path ?? 'in memory', isNew, bytes, subscriptions };
  if (!isNew) return log.info(facts, 'the database is open');
  log.warn(facts, 'the database is new and empty: if this is not the first start, look at DATABASE_URL and the volume');
}

/** Says in which channels messages are told exactly once, and where not, and why. */
export async function logPromises({
  store,
  workspaceId,
  lacksHistory,
  log,
}: Pick<Parts, 'store' | 'workspaceId' | 'lacksHistory' | 'log'>): Promise<void> {
  const channels = await store.listHistoryAccess(workspaceId);
  const atLeastOnce = channels.flatMap(({ channelId, historyAccess: tried }) => {
    const historyAccess = historyAccessNow(tried, lacksHistory(channelId));
    if (historyAccess.kind === 'verified') return [];
    return [{ channel: channelId, why: historyAccess.kind === 'denied' ? historyAccess.reason : 'not tried yet' }];
  });
  const exactlyOnce = channels.length - atLeastOnce.length;
  log.info(
    { exactlyOnce, atLeastOnce },
    'channels by what they are promised: each message exactly once, or at least once',
  );
}
