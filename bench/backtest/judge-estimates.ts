import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/base/time.ts';
import { estimateRemaining } from '../../src/domain/rules/estimate.ts';
import { dataPercent } from '../../src/domain/rules/sample.ts';
import type { Sample } from '../../src/domain/rules/sample.ts';
import { thinSamples } from '../../src/domain/rules/thin-samples.ts';
import type { Curve } from './curve.ts';
import { copySamples } from './replay.ts';

/** Real curves are replayed as copies that take so long, in ms: nobody waits for one of minutes. */
const LENGTHS_MS = [6 * HOUR, DAY, 7 * DAY] as const;
/** Each copy is asked about so often, at even distances. */
const MOMENTS = 40;
/** No two polls of a replayed copy are further apart than this share of it. */
const POLLS = 2_000;

/** What was said of one curve at one moment. */
export interface Judged {
  readonly curve: string;
  /** Null: nothing, and why. */
  readonly range: { readonly fromMs: number; readonly toMs: number } | null;
  readonly why: string | null;
  readonly truthMs: number;
  /** What a straight line from the start says, and the tool itself, read as seconds. */
  readonly straightMs: number;
  readonly ownMs: number | null;
}

/** Asks about a curve that ended at moments from the first 5 % until its data reads 99 %. */
export function judgeEstimates(curve: Curve): readonly Judged[] {
  const { finishedAt } = curve;
  if (finishedAt === null) return [];
  const endMs = finishedAt * SECOND;
  const lengths: readonly number[] = curve.name.startsWith('simulated ') ? [endMs] : LENGTHS_MS;
  return lengths.flatMap((lengthMs) => judgeCopy(curve, lengthMs, lengthMs / endMs));
}

function judgeCopy(curve: Curve, lengthMs: number, stretch: number): readonly Judged[] {
  const judged: Judged[] = [];
  let seen: readonly Sample[] = [];
  let due: Sample[] = [];
  let moment = 1;
  for (const sample of copySamples(curve, { stretch, pollMs: Math.max(MINUTE, lengthMs / POLLS), untilMs: lengthMs })) {
    due.push(sample);
    if (sample.at < (moment * lengthMs) / MOMENTS || moment >= MOMENTS) continue;
    moment += 1;
    seen = thinSamples([...seen, ...due], sample.at);
    due = [];
    const percent = dataPercent(sample);
    if (percent === null) continue;
    const estimate = estimateRemaining(seen);
    if (estimate.kind === 'none' && estimate.why !== 'too_uneven' && estimate.why !== 'not_moving') continue;
    judged.push({
      curve: curve.name,
      range: estimate.kind === 'range' ? estimate : null,
      why: estimate.kind === 'none' ? estimate.why : null,
      truthMs: lengthMs - sample.at,
      straightMs: (sample.at * (100 - percent)) / percent,
      ownMs: ownFigure(curve, sample.at, stretch),
    });
  }
  return judged;
}

/** What the tool last said, if that was not long ago: a fiftieth of the copy. */
function ownFigure({ reportedRemaining, finishedAt }: Curve, at: number, stretch: number): number | null {
  const second = at / SECOND / stretch;
  const said = reportedRemaining.findLast((point) => point.at <= second);
  if (said === undefined || second - said.at > (finishedAt ?? 0) / 50) return null;
  return Math.max(0, said.value * SECOND * stretch - (second - said.at) * SECOND * stretch);
}
