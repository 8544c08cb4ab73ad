import { isMet } from './measure.ts';
import type { Measured } from './measure.ts';

const HEAD = ['measure', 'ours', 'floor', 'ours against floor', 'limit', 'ok'] as const;

/** The table as Markdown, which also reads well on a terminal. */
export function tableOf(measured: readonly Measured[]): string {
  return markdownTable(HEAD, measured.map(rowOf));
}

/** Rows under a head as Markdown, padded so that it also reads well on a terminal. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join('\n');
}

/** Which limits are missed, and by how much; a sentence either way. */
export function verdictOf(measured: readonly Measured[]): string {
  const missed = measured.filter((one) => !isMet(one));
  if (missed.length === 0) return 'Every limit is met.';
  return missed
    .map((one) => {
      const by = Math.abs(one.compared.median - one.limit.value).toFixed(2);
      return `MISSED: ${one.measure} by ${by} (see docs/decisions/0014-speed.md).`;
    })
    .join('\n');
}

function rowOf(one: Measured): readonly string[] {
  const sign = one.limit.kind === 'at most' ? '≤' : '≥';
  const unit = one.by === 'ratio' ? '' : ` ${one.unit}`;
  const { median, least, most } = one.compared;
  return [
    one.measure,
    `${figure(one.ours)} ${one.unit}`,
    `${figure(one.floor)} ${one.unit}`,
    `${median.toFixed(2)}${unit} (${least.toFixed(2)} – ${most.toFixed(2)})`,
    `${sign} ${one.limit.value}${unit}`,
    isMet(one) ? 'yes' : 'NO',
  ];
}

function figure(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toFixed(1);
}
