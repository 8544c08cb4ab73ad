import { fullCopyPercent } from '../../../domain/job/full-copy-percent.ts';
import type { PartPercent, RuleEvent } from '../../../domain/job/rule-event.ts';
import { MINUTE } from '../../../domain/base/time.ts';
import type { EpochMs } from '../../../domain/base/time.ts';
import { copyFigure, partName } from '../jobs/status-words.ts';
import type { Texts } from '../kit/texts.ts';

/** What stands before the news of each kind. */
export const RULE_EMOJI: Readonly<Record<RuleEvent['kind'], string>> = {
  lag_high: '🟠',
  lag_cleared: '🟢',
  nothing_newer: '🟠',
  cannot_keep_up: '🟠',
  stands_still: '🟠',
  jumping: '🟠',
  over: '⚪',
  not_measurable: '⚫',
  catch_up_not_gaining: '🟠',
  gaining_again: '🟠',
  stalled: '🟠',
  slow_tail: '🔵',
  moving_again: '🔵',
  caught_up: '🏁',
  no_longer_caught_up: '🟠',
  window_missed: '⏰',
  window_met: '🔵',
  still_failing: '⏰',
  still_paused: '⏰',
  deadline_near: '⏰',
};

/** What was found, in a word or two: `lag high`. */
export function foundWords(texts: Texts, found: RuleEvent): string {
  return texts.get(found.kind === 'over' ? `found.over.${found.of}` : `found.${found.kind}`);
}

/** From so many ms on nobody wants the seconds. */
const LONG_MS = 5 * MINUTE;

/** For how long something is so, in ms, as people say it: `53 min` for 53 min 2 s. */
export function lasted(ms: number): number {
  return ms < LONG_MS ? Math.max(0, ms) : Math.floor(ms / MINUTE) * MINUTE;
}

/** Since when what was found is so, as far as the event says; else when it was noticed. */
export function foundSince(found: RuleEvent, at: EpochMs): EpochMs {
  if ('since' in found) return found.since;
  return 'stillMs' in found ? at - found.stillMs : at;
}

/** The figure of what was found, for a table: a lag, a percent, or how long it is so. */
export function foundFigure(texts: Texts, found: RuleEvent, at: EpochMs): string {
  switch (found.kind) {
    case 'jumping':
      return texts.duration(found.mostMs);
    case 'stalled':
    case 'slow_tail':
    case 'moving_again':
      return `${leastPercent(found.parts)} %`;
    case 'not_measurable':
    case 'still_failing':
    case 'still_paused':
      return texts.duration(at - found.since);
    case 'window_missed':
      return texts.duration(found.from - found.by);
    case 'window_met':
      return texts.duration(found.by - found.from);
    case 'deadline_near':
      return texts.duration(found.at - at);
    default:
      return texts.duration(found.lagMs);
  }
}

/** How bad it is among others of its kind: the larger, the worse. */
export function foundWeight(found: RuleEvent, at: EpochMs): number {
  switch (found.kind) {
    case 'jumping':
      return found.mostMs;
    case 'stalled':
    case 'slow_tail':
    case 'moving_again':
      return found.stillMs;
    case 'not_measurable':
    case 'still_failing':
    case 'still_paused':
      return at - found.since;
    case 'window_missed':
    case 'window_met':
      return found.from - found.by;
    case 'deadline_near':
      return at - found.at;
    default:
      return found.lagMs;
  }
}

function leastPercent(parts: readonly PartPercent[]): number {
  return fullCopyPercent({ parts, percent: null })?.percent ?? 0;
}

/** `data at 63 %`, `data done, index 40 %`; null when the parts say nothing. */
export function copyWords(texts: Texts, parts: readonly PartPercent[]): string | null {
  const figure = fullCopyPercent({ parts, percent: null });
  if (figure === null) return null;
  if (figure.isDataDone) return copyFigure(texts, { parts, percent: null });
  return texts.get('rule.part_at', { part: partName(texts, figure.of).toLowerCase(), percent: figure.percent });
}
