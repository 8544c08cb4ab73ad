import type { Config } from '../config/config.ts';
import type { Timetable } from '../domain/poll/timetable.ts';
import type { Network } from '../network/network.ts';
import type { Clock } from '../ports/clock.ts';
import type { DrsClient } from '../ports/drs.ts';
import type { Log } from '../ports/log.ts';
import type { Notifier } from '../ports/slack.ts';
import type { Store } from '../ports/store/store.ts';
import type { OpsPort } from '../runtime/ops-server.ts';
import type { Durations } from './durations.ts';

/** What tests and the demo may replace; production passes nothing. */
export interface Overrides {
  readonly clock?: Clock;
  readonly durations?: Partial<Durations>;
  readonly log?: Log;
  /** Wrapped around what the bot is made of, so that a test can stop it at any point. */
  readonly decorate?: {
    readonly store?: (store: Store) => Store;
    readonly drs?: (drs: DrsClient) => DrsClient;
    readonly notifier?: (notifier: Notifier) => Notifier;
  };
  /** Told of each SQL statement after it was carried out, before its transaction ends. */
  readonly onStatement?: (sql: string) => void;
}

/** What is opened before anything runs and closed after everything has ended. */
export interface Resources {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly durations: Durations;
  /** When polls are planned. */
  readonly timetable: Timetable;
  readonly opsPort: OpsPort;
  readonly store: Store;
  readonly network: Network;
  /** Aborts when nobody wants the bot to start any more. */
  readonly startSignal: AbortSignal;
  readonly decorate: NonNullable<Overrides['decorate']>;
}
