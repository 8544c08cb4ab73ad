import type { EndSummary } from '../../../domain/job/job-event.ts';
import { PHASES } from '../../../domain/job/phases.ts';
import { unescapeMrkdwn } from '../kit/mrkdwn.ts';
import type { Part } from '../kit/message.ts';
import type { Texts } from '../kit/texts.ts';

/** How long a job was in each phase, and its worst lag, as a table. */
export function lifePart(texts: Texts, { fromStart, phases, lag }: EndSummary): Part {
  const rows = PHASES.flatMap((phase) => {
    const ms = phases[phase];
    return ms === undefined ? [] : [{ phase, duration: texts.duration(ms) }];
  }).map(({ phase, duration }, index) => {
    // What it was in when it was first seen had begun before.
    const isWhole = fromStart || index > 0;
    return [texts.get(`life.${phase}`), isWhole ? duration : texts.get('life.at_least', { duration })];
  });
  const worst = lag === null ? [] : [[worstLag(texts, lag.lastDays), texts.duration(lag.maxMs)]];
  const all = [[texts.get('life.phase'), texts.get('life.time')], ...rows, ...worst];
  return { kind: 'table', rows: all.map((row) => row.map(unescapeMrkdwn)), alignRight: [] };
}

function worstLag(texts: Texts, lastDays: number | null): string {
  return lastDays === null ? texts.get('life.worst_lag') : texts.get('life.worst_lag_of_days', { days: lastDays });
}
