import { randomUUID } from 'node:crypto';

import type { PollBudget } from '../domain/poll/poll-budget.ts';
import type { ChannelKey } from '../domain/subscription.ts';
import type { DrsAuth } from '../drs/auth.ts';
import { createDrsClient } from '../drs/drs-client.ts';
import type { Operations } from '../operator/operations.ts';
import type { Clock } from '../ports/clock.ts';
import type { DrsClient } from '../ports/drs.ts';
import type { Log } from '../ports/log.ts';
import type { NewId } from '../ports/new-id.ts';
import type { Store } from '../ports/store/store.ts';
import { programVersion } from '../runtime/about.ts';
import { lacksHistory } from '../slack/workspace/scopes.ts';
import { createJobList } from '../use-cases/showing/refresh-job-list.ts';
import type { JobList } from '../use-cases/showing/refresh-job-list.ts';
import { observeDrs } from '../use-cases/upkeep/observe.ts';
import type { Vitals } from '../use-cases/upkeep/vitals.ts';
import type { Durations } from './durations.ts';
import type { Resources } from './resources.ts';

/** Everything that use cases take; each names the few of them that it takes. */
export interface Parts {
  readonly store: Store;
  readonly drs: DrsClient;
  readonly clock: Clock;
  readonly newId: NewId;
  /** A number from 0 (inclusive) to 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly durations: Durations;
  /** The DRS project this bot asks. */
  readonly connectionId: string;
  /** The workspace this bot speaks in. */
  readonly workspaceId: string;
  readonly polling: PollBudget;
  readonly jobList: JobList;
  readonly vitals: Vitals;
  /** The time zone of the schedule, by its name. */
  readonly scheduleZone: string;
  /** What this is, and what it runs on. */
  readonly runtime: { readonly program: string; readonly node: string };
  /** Where whoever runs the bot hears of what must be mended; null: in the log only. */
  readonly opsChannel: ChannelKey | null;
  /** The app is known to have no right to read the conversation back. */
  readonly lacksHistory: (channelId: string) => boolean;
  /** Something to send, to edit or to find out has been committed. */
  readonly wakeLoops: () => void;
}

/** Whose work the bot does, and how it signs in for it. */
export interface Whose {
  readonly auth: DrsAuth;
  /** What the Slack app may do; null when Slack did not say. */
  readonly scopes: readonly string[] | null;
  readonly workspaceId: string;
  readonly connectionId: string;
}

/** Makes what the use cases take, on what has been opened. */
export function createParts(
  { config, log, clock, store, durations, network, timetable, decorate }: Resources,
  { vitals, metrics }: Operations,
  { auth, scopes, connectionId, workspaceId }: Whose,
  wakeLoops: () => void,
): Parts {
  const { endpoint, language, batchSize, maxRps } = config.drs;
  const { intervalMs } = timetable;
  const shared = { dispatcher: network.dispatcher, clock, random: Math.random, log };
  const limits = { batchSize, maxRps, requestTimeoutMs: durations.drsTimeoutMs };
  const asking = createDrsClient({ endpoint, projectId: connectionId, language, ...limits, auth, ...shared });
  const drs = observeDrs(decorate.drs?.(asking) ?? asking, { vitals, metrics, clock });
  const { channelId } = config.operations;
  return {
    store,
    drs,
    clock,
    newId: randomUUID,
    random: Math.random,
    log,
    // Two polls of one job keep a distance, but never so much that a tick is missed.
    durations: { ...durations, pollSpacingMs: Math.min(durations.pollSpacingMs, intervalMs / 2) },
    connectionId,
    workspaceId,
    polling: { batchSize, maxRps, intervalMs },
    jobList: createJobList({ store, drs, clock, log, connectionId, durations, wakeLoops }),
    vitals,
    scheduleZone: config.pollTimezone ?? timetable.zone ?? 'UTC',
    runtime: { program: programVersion(), node: process.versions.node },
    opsChannel: channelId === null ? null : { workspaceId, channelId },
    lacksHistory: (channelId) => lacksHistory(scopes, channelId),
    wakeLoops,
  };
}
