import type { Config } from '../config/config.ts';
import { formatDuration } from '../domain/base/duration.ts';
import { findStillLoops } from '../domain/vital-signs.ts';
import type { Patience } from '../domain/vital-signs.ts';
import type { Timetable } from '../domain/poll/timetable.ts';
import { sendHttp } from '../drs/http.ts';
import type { Network } from '../network/network.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { PlaceStore } from '../ports/store/place.ts';
import type { UpkeepStore } from '../ports/store/upkeep.ts';
import { programVersion } from '../runtime/about.ts';
import { createHeartbeat, NO_HEARTBEAT } from '../runtime/heartbeat.ts';
import type { Heartbeat } from '../runtime/heartbeat.ts';
import type { FetchableMetrics } from '../runtime/metrics.ts';
import { NO_METRICS } from '../ports/metrics.ts';
import { NO_PAGES } from '../runtime/ops-server.ts';
import type { OpsPages, Verdict } from '../runtime/ops-server.ts';
import type { ListenerState } from '../slack/receiving/listener-state.ts';
import { KNOWN_REASONS } from '../slack/web-api/classify-slack-error.ts';
import { Vitals } from '../use-cases/upkeep/vitals.ts';

/** What this is made from. */
interface OperationsDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: PlaceStore & UpkeepStore;
  readonly network: Network;
  readonly timetable: Timetable;
  /** Whose work the bot does. */
  readonly whose: { readonly workspaceId: string; readonly connectionId: string };
}

/** The part of the bot that watches the bot, for whoever runs it. */
export interface Operations {
  readonly vitals: Vitals;
  readonly metrics: Metrics;
  readonly heartbeat: Heartbeat;
  /** What the operator's port shows once the bot runs. */
  pages(seen: Seen): OpsPages;
}

/** What the pages look at. */
interface Seen {
  readonly listener: () => ListenerState;
  readonly patience: Patience;
}

/** Makes what the configuration asks for and nothing more: without a port, nothing is counted. */
export async function createOperations(deps: OperationsDeps): Promise<Operations> {
  const { config, clock, timetable } = deps;
  const heartbeat = toHeartbeat(deps);
  const metrics = config.ops === null ? null : await loadMetrics(deps);
  const vitals = new Vitals(clock, metrics ?? NO_METRICS, timetable);
  const pages: Operations['pages'] = (seen) => (metrics === null ? NO_PAGES : pagesOf(deps, vitals, metrics, seen));
  return { vitals, metrics: metrics ?? NO_METRICS, heartbeat, pages };
}

/** Loaded only here: whoever opens no port does not wait for it at the start. */
async function loadMetrics({ store }: OperationsDeps): Promise<FetchableMetrics> {
  const { createMetrics } = await import('../runtime/metrics.ts');
  const schema = await store.findSchemaVersion();
  return createMetrics({ version: programVersion(), schema, slackReasons: KNOWN_REASONS });
}

function toHeartbeat({ config, network, log }: OperationsDeps): Heartbeat {
  const { heartbeatUrl } = config;
  if (heartbeatUrl === null) return NO_HEARTBEAT;
  const get = async (signal: AbortSignal) => {
    const request = { method: 'GET' as const, url: heartbeatUrl.reveal(), headers: {}, body: '' };
    return (await sendHttp(network.dispatcher, request, signal)).status;
  };
  return createHeartbeat(get, log);
}

function pagesOf(
  { store, clock, timetable, log, whose }: OperationsDeps,
  vitals: Vitals,
  metrics: FetchableMetrics,
  { listener, patience }: Seen,
): OpsPages {
  return {
    livez: () => judgeLife(vitals, clock.now(), patience),
    note: () => describePause(vitals, timetable),
    async readyz() {
      const unwritable = await store.probeWrite().then(
        () => null,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      const own = [unwritable, describeDisplacement(store)].filter((sentence) => sentence !== null);
      return [...own, ...judgeReach(listener())];
    },
    async metrics() {
      const figures = await store.readFigures(whose).catch((error: unknown) => {
        log.warn({ err: error }, 'the figures of the database could not be read');
        return null;
      });
      const slackConnected = listener().isOpen;
      return await metrics.render({ now: clock.now(), signs: vitals.signs(), figures, slackConnected });
    },
  };
}

/** `Pause by schedule: next look at DRS Mon 2026-11-30 08:00 (Europe/Berlin).`; null while there is none. */
function describePause(vitals: Vitals, timetable: Timetable): string | null {
  const until = vitals.signs().poll.pausedUntil;
  if (until === null) return null;
  const zone = timetable.zone ?? 'UTC';
  const weekday = new Intl.DateTimeFormat('en', { weekday: 'short', timeZone: zone }).format(until);
  // The Swedish way to write a date is the one of ISO 8601.
  const moment = new Intl.DateTimeFormat('sv', { dateStyle: 'short', timeStyle: 'short', timeZone: zone }).format(
    until,
  );
  return `Pause by schedule: next look at DRS ${weekday} ${moment} (${zone}).`;
}

function describeDisplacement(store: PlaceStore): string | null {
  const displacement = store.findDisplacement();
  if (displacement === null) return null;
  const { path, savedAs } = displacement;
  return `The database that is open is no longer the file at ${path}: stop the bot, put ${savedAs} there, start it.`;
}

function judgeLife(vitals: Vitals, now: number, patience: Patience): Verdict {
  return findStillLoops(vitals.signs(), now, patience).map(
    ({ loop, forMs }) => `The loop ${loop} has not turned for ${formatDuration(forMs)}: restart the bot.`,
  );
}

/**
 * Only what keeps a command from being taken: a proxy takes the bot out of service for it. While DRS is silent, or Slack
 * refuses posts, `/drs health` must go on saying so.
 */
function judgeReach({ isOpen, why }: ListenerState): Verdict {
  return isOpen
    ? []
    : [
        `Slack is not connected (${why ?? 'nobody knows why'}): the bot tries again by itself; if this stays, look at the log and at status.slack.com.`,
      ];
}
