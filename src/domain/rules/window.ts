import type { EpochMs } from '../base/time.ts';
import { keepSilent, tell } from './decision.ts';
import type { Step } from './decision.ts';
import type { Estimate } from './estimate.ts';

/** Whether people know that a copy will not end by the moment they want it to. */
export interface Window {
  readonly isMissedTold: boolean;
}

/** It is back only when so much of what is left lies before that moment, so that an estimate that wavers is told once. */
const BACK_SHARE = 0.1;

/**
 * "`by:Sat-02:00`: in status how the estimate stands to it; one warning when its early end passes it, one when it is back."
 *
 * @param by until when the copy is wanted
 */
export function stepWindow(before: Window, estimate: Estimate, by: EpochMs, now: EpochMs): Step<Window> {
  if (estimate.kind === 'none') return keepSilent(before, 'no_estimate');
  const from = now + estimate.fromMs;
  const to = now + estimate.toMs;
  if (!before.isMissedTold && from > by) return tell({ isMissedTold: true }, { kind: 'window_missed', by, from, to });
  if (before.isMissedTold && from <= by - BACK_SHARE * estimate.fromMs)
    return tell({ isMissedTold: false }, { kind: 'window_met', by, from, to });
  return keepSilent(before, before.isMissedTold ? 'told' : 'not_so');
}
