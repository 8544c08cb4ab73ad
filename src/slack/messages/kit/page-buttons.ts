import { PAGE_ROWS } from '../jobs/job-table.ts';
import { PAGE_VALUE } from './button-value.ts';
import { footer } from './message.ts';
import type { ButtonSpec, Part } from './message.ts';
import type { Texts } from './texts.ts';

/** Which rows of a table are shown. */
export interface ShownRows {
  /** Of the first one, from 0. */
  readonly from: number;
  readonly shown: number;
  /** On all pages. */
  readonly count: number;
}

/**
 * *Previous* and *Next* of a table in pages, with *Refresh* behind ⋯; *Refresh* alone where there is one page.
 *
 * @param action begins the `action_id` of each
 */
export function pageButtons(
  texts: Texts,
  action: string,
  { from, shown, count }: ShownRows,
): { readonly buttons: readonly ButtonSpec[]; readonly more: readonly ButtonSpec[] } {
  const page = (label: 'previous' | 'next', offset: number): ButtonSpec => ({
    text: texts.get(`button.${label}`),
    actionId: `${action}:${label}`,
    value: PAGE_VALUE.encode({ text: null, offset }),
  });
  const value = PAGE_VALUE.encode({ text: null, offset: from });
  const refresh = { text: texts.get('button.refresh'), actionId: `${action}:again`, value };
  if (count <= PAGE_ROWS) return { buttons: [refresh], more: [] };
  const previous = from > 0 ? [page('previous', Math.max(0, from - PAGE_ROWS))] : [];
  const next = from + shown < count ? [page('next', from + PAGE_ROWS)] : [];
  return { buttons: [...previous, ...next], more: [refresh] };
}

/** `21–40 of 60`; nothing where there is one page. */
export function pageFooter(texts: Texts, { from, shown, count }: ShownRows): readonly Part[] {
  return count > PAGE_ROWS ? [footer(texts.get('list.page', { from: from + 1, to: from + shown, count }))] : [];
}
