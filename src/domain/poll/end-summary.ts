import type { EndSummary } from '../job/job-event.ts';
import type { JobState } from '../job/job-state.ts';
import { mostLag } from '../job/lag-history.ts';
import { addToPhase, phaseOf } from '../job/phases.ts';
import type { JobTimes } from '../job/phases.ts';

/**
 * A job's whole life, from what was watched and, for the time before that, from DRS's own times. Null when it was never
 * seen in a phase.
 */
export function endSummary(state: JobState, { startedAt, fullCopyDoneAt }: JobTimes): EndSummary | null {
  const { firstSeen, lags } = state;
  if (firstSeen === null) return null;
  const { status, at } = firstSeen;
  const firstPhase = phaseOf(status);
  const knownStart = startedAt !== null && startedAt <= at ? startedAt : null;
  let { phases } = state;
  if (knownStart !== null && firstPhase === 'full_copy') phases = addToPhase(phases, status, at - knownStart);
  if (firstPhase !== 'full_copy' && knownStart !== null && fullCopyDoneAt !== null && fullCopyDoneAt <= at) {
    phases = addToPhase(phases, 'FULL_TRANSFER_STARTED', fullCopyDoneAt - knownStart);
    if (firstPhase === 'replicating') phases = addToPhase(phases, status, at - fullCopyDoneAt);
  }
  if (Object.keys(phases).length === 0) return null;
  const mostMs = mostLag(lags);
  return {
    from: knownStart ?? at,
    fromStart: knownStart !== null || firstPhase === null,
    phases,
    lag: mostMs === null ? null : { maxMs: lags.maxMs, mostMs },
  };
}
