import type { Dispatcher } from 'undici';

import type { Config } from '../config.ts';
import { formatDuration } from '../domain/base/duration.ts';
import { findLastingSilence, findStillLoops } from '../domain/base/vital-signs.ts';
import type { Patience } from '../domain/base/vital-signs.ts';
import type { Timetable } from '../domain/poll/timetable.ts';
import { sendHttp } from '../drs/http.ts';
import type { Clock, Log, Metrics, Store, StoreFigures } from '../ports.ts';
import { programVersion } from '../runtime/about.ts';
import { createHeartbeat, NO_HEARTBEAT } from '../runtime/heartbeat.ts';
import type { Heartbeat } from '../runtime/heartbeat.ts';
import type { FetchableMetrics, Momentary } from '../runtime/metrics.ts';
import { NO_METRICS } from '../runtime/no-metrics.ts';
import { openOpsServer } from '../runtime/ops-server.ts';
import type { OpsPages, OpsServer, Verdict } from '../runtime/ops-server.ts';
import type { DoorState } from '../slack/receiving/door-state.ts';
import { KNOWN_REASONS } from '../slack/sending/classify-slack-error.ts';
import { Vitals } from '../use-cases/upkeep/vitals.ts';
import { speechIn } from '../words/speech.ts';

/** What this is made from. */
interface Foundation {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Store;
  readonly http: Dispatcher;
  readonly timetable: Timetable;
  /** Whose work the bot does. */
  readonly whose: { readonly workspaceId: string; readonly connectionId: string };
}

/** The part of the bot that watches the bot, for whoever runs it. */
export interface Operations {
  readonly vitals: Vitals;
  readonly metrics: Metrics;
  readonly heartbeat: Heartbeat;
  /**
   * Opens the operator's port; null when none is configured.
   *
   * @throws StartError when it cannot be opened
   */
  open(seen: { readonly door: () => DoorState; readonly patience: Patience }): Promise<OpsServer | null>;
}

/** Makes what the configuration asks for and nothing more: without a port, nothing is counted. */
export async function createOperations(foundation: Foundation): Promise<Operations> {
  const { config, clock, log, timetable } = foundation;
  const { ops } = config;
  const heartbeat = toHeartbeat(foundation);
  if (ops === null)
    return {
      vitals: new Vitals(clock, NO_METRICS, timetable),
      metrics: NO_METRICS,
      heartbeat,
      open: () => Promise.resolve(null),
    };
  const metrics = await loadMetrics(foundation);
  const vitals = new Vitals(clock, metrics, timetable);
  const open: Operations['open'] = ({ door, patience }) => {
    const look = () => lookAround(foundation, vitals, door);
    return openOpsServer(ops, pagesOf(foundation, { vitals, metrics, patience, look }), log);
  };
  return { vitals, metrics, heartbeat, open };
}

/** Loaded only here: whoever opens no port does not wait for it at the start. */
async function loadMetrics({ store }: Foundation): Promise<FetchableMetrics> {
  const { createMetrics } = await import('../runtime/metrics.ts');
  const schema = await store.findSchemaVersion();
  return createMetrics({ version: programVersion(), schema, slackReasons: KNOWN_REASONS });
}

function toHeartbeat({ config, http, log }: Foundation): Heartbeat {
  const { heartbeatUrl } = config;
  if (heartbeatUrl === null) return NO_HEARTBEAT;
  const get = async (signal: AbortSignal) => {
    const request = { method: 'GET' as const, url: heartbeatUrl.reveal(), headers: {}, body: '' };
    return (await sendHttp(http, request, signal)).status;
  };
  return createHeartbeat(get, log);
}

/** How everything is at one moment. */
type Moment = Momentary & { readonly door: DoorState };

/** How everything is at this moment. */
async function lookAround(
  { store, clock, log, whose }: Foundation,
  vitals: Vitals,
  door: () => DoorState,
): Promise<Moment> {
  const figures: StoreFigures | null = await store.readFigures(whose).catch((error: unknown) => {
    log.warn({ err: error }, 'the figures of the database could not be read');
    return null;
  });
  return { now: clock.now(), signs: vitals.signs(), figures, door: door(), slackConnected: door().isOpen };
}

function pagesOf(
  { store, clock }: Foundation,
  seen: {
    readonly vitals: Vitals;
    readonly metrics: FetchableMetrics;
    readonly patience: Patience;
    readonly look: () => Promise<Moment>;
  },
): OpsPages {
  const { vitals, metrics, patience, look } = seen;
  return {
    livez: () => judgeLife(vitals, clock.now(), patience),
    async readyz() {
      const unwritable = await store.probeWrite().then(
        () => null,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      return [...(unwritable === null ? [] : [unwritable]), ...judgeSurroundings(await look(), patience)];
    },
    metrics: async () => await metrics.render(await look()),
  };
}

function judgeLife(vitals: Vitals, now: number, patience: Patience): Verdict {
  return findStillLoops(vitals.signs(), now, patience).map(
    ({ loop, forMs }) => `The loop ${loop} has not turned for ${formatDuration(forMs)}: restart the bot.`,
  );
}

/** Where nobody watches a job, nobody asks DRS, and its silence means nothing. */
function judgeSurroundings({ signs, figures, door }: Moment, patience: Patience): Verdict {
  const refusal = figures?.workspaceRefusal ?? null;
  const silence = figures?.watchedJobs === 0 ? null : findLastingSilence(signs, patience);
  return [
    ...(door.isOpen
      ? []
      : [
          `Slack is not connected (${door.why ?? 'nobody knows why'}): the bot tries again by itself; if this stays, look at the log and at status.slack.com.`,
        ]),
    ...(refusal === null
      ? []
      : [
          `Slack refuses everything this bot posts (${refusal}): run npm run check, mend the app or its token, then restart the bot. What is owed waits.`,
        ]),
    ...(silence === null
      ? []
      : [`DRS has given no answer for ${formatDuration(silence.forMs)}: ${speechIn('en').explain(silence.why)}`]),
  ];
}
