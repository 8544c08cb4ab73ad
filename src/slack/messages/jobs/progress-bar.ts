import { fullCopyPercent } from '../../../domain/job/full-copy-percent.ts';
import type { ProgressReport } from '../../../domain/job/progress-report.ts';
import type { Texts } from '../kit/texts.ts';
import { partName } from './status-words.ts';

const CELLS = 10;
/** Parts of a full copy beside the bar. */
const MAX_PARTS = 6;
const DONE = 100;

/** `▓▓▓▓▓▓░░░░ Data 63 % · Index waiting`: the headline's figure as a bar, and what is not finished; null without a figure. */
export function progressLine(texts: Texts, report: ProgressReport): string | null {
  const figure = fullCopyPercent(report);
  const open = report.parts.filter(({ percent }) => percent !== DONE);
  if (figure === null || (figure.isDataDone && open.length === 0)) return null;
  const parts = open.slice(0, MAX_PARTS).map(({ name, percent }) => {
    const part = partName(texts, name);
    return percent === 0 && name !== figure.of ? texts.get('part.waiting', { part }) : `${part} ${percent ?? '?'} %`;
  });
  const more = open.length - parts.length;
  const said = [...parts, ...(more > 0 ? [texts.get('part.more', { count: more })] : [])].join(' · ');
  return said === '' ? bar(figure.percent) : `${bar(figure.percent)} ${said}`;
}

/** What has begun shows. */
function bar(percent: number): string {
  const filled = Math.max(percent > 0 ? 1 : 0, Math.floor((percent / DONE) * CELLS));
  return `\`${'▓'.repeat(filled)}${'░'.repeat(CELLS - filled)}\``;
}
