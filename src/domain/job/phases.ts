import { statusGroup } from './job-status.ts';
import type { EpochMs } from '../base/time.ts';

/** The stretches of a job's life that a closing summary adds up. */
export const PHASES = ['full_copy', 'replicating', 'paused', 'failed'] as const;
export type Phase = (typeof PHASES)[number];

/** How long a job was in each phase, in ms. */
export type PhaseTimes = Readonly<Partial<Record<Phase, number>>>;

/** What DRS itself says about when things happened (batch detail, `actual_start_time` and `full_transfer_complete_time`). */
export interface JobTimes {
  readonly startedAt: EpochMs | null;
  readonly fullCopyDoneAt: EpochMs | null;
}

export const NO_TIMES: JobTimes = { startedAt: null, fullCopyDoneAt: null };

/** The phase a status belongs to; null for passing ones. */
export function phaseOf(status: string): Phase | null {
  const group = statusGroup(status);
  if (group === 'full_copy_done') return 'full_copy';
  return PHASES.find((phase) => phase === group) ?? null;
}

/** `times` with `ms` more in the phase of `status`. */
export function addToPhase(times: PhaseTimes, status: string, ms: number): PhaseTimes {
  const phase = phaseOf(status);
  return phase === null || ms <= 0 ? times : { ...times, [phase]: (times[phase] ?? 0) + ms };
}

/** When a phase began, and whether that is known or only when we first saw it. */
export interface PhaseStart {
  readonly since: EpochMs;
  readonly exact: boolean;
}

/**
 * When the phase of a status began that was there already when we first saw it, at `seenAt`: DRS's own time where it has
 * one that makes sense. A pause or failure has none, and what DRS says of a run before the last break is not this phase's.
 *
 * @param brokenAt the last look at which the job was paused or failed
 */
export function phaseStart(
  status: string,
  seenAt: EpochMs,
  times: JobTimes,
  brokenAt: EpochMs | null = null,
): PhaseStart {
  const phase = phaseOf(status);
  const told = phase === 'full_copy' ? times.startedAt : phase === 'replicating' ? times.fullCopyDoneAt : null;
  const isOfThisRun = told !== null && (brokenAt === null || told >= brokenAt);
  return isOfThisRun && told <= seenAt ? { since: told, exact: true } : { since: seenAt, exact: false };
}
