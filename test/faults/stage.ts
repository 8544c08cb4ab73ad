import type { SimulatedJob } from '../../demo/drs-simulator/jobs.ts';
import type { DrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import type { SlackWorkspace, WorkspaceOptions } from '../../demo/slack-workspace/slack-workspace.ts';
import type { HopClock } from './hop-clock.ts';

/** Where a fault is made to happen. */
export interface Stage {
  readonly slack: SlackWorkspace;
  readonly drs: DrsSimulator;
  readonly clock: HopClock;
  /** Sets the clock of the cloud so many ms ahead of everybody else's. */
  setCloudAhead(ms: number): void;
  job(name: JobName): SimulatedJob;
}

/** Jobs of the story. `spare` is there for a fault to do something to; nothing else ever happens to `shop`. */
export const JOBS = ['orders', 'billing', 'shop', 'stock', 'spare'] as const;
export type JobName = (typeof JOBS)[number];

/**
 * How long a fault lasts, in ms: it has happened once or twice by then, or it lasts until it is mended. DRS is blind after
 * ten minutes, and people hear of what Slack refuses after five.
 */
export const LASTS = { moment: 60_000, minutes: 3 * 60_000, long: 7 * 60_000, blinding: 13 * 60_000 } as const;

/** Where whoever runs the bot looks, while something is wrong or after. */
export interface Sign {
  readonly where: 'log' | 'metrics' | 'readyz' | 'health' | 'ops';
  readonly says: RegExp;
}

/** One fault of one side. */
export interface Row {
  readonly name: string;
  readonly lasts: keyof typeof LASTS;
  /** Lets it begin. */
  begin(stage: Stage): void;
  /** Ends it, beside what ends all faults of the stand-ins. */
  mend?(stage: Stage): void;
  /** Requests stay open. */
  readonly hangs?: true;
  /** The operator can see why: all of these. */
  readonly signs: readonly Sign[];
}

/** A fault of DRS. */
export interface DrsRow extends Row {
  /** What the channels can know while it lasts: all that changes, nothing for less or nothing for more than ten minutes. */
  readonly sight: 'sees' | 'misses' | 'blind';
  readonly signIn?: 'key';
  /** It has begun when the first job fails. */
  readonly isEarly?: true;
  /** What whoever asks about a job that replicates reads meanwhile; as `sight` has it unless given. */
  readonly reads?: RegExp;
  /** DRS is asked for progress at most this often meanwhile: it wants to be left alone. */
  readonly maxRequests?: number;
  /** What else the channel of `billing` is told, once. */
  readonly alsoTold?: RegExp;
}

/** A fault of Slack. */
export interface SlackRow extends Row {
  /** Something else than usual of the workspace. */
  readonly workspace?: WorkspaceOptions;
  /** What people type is answered all the same, once. */
  readonly hears?: true;
}
