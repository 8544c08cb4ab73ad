import type { TableBlock } from '@slack/types';

import { section } from './message.ts';
import type { ChartBlock, MessageBlock, SlackMessage } from './message.ts';
import { channelLink, escapeMrkdwn } from './mrkdwn.ts';

/** Kinds of block that are so new that a workspace may refuse them. */
const NEW_KINDS = ['table', 'data_visualization'] as const;
export type NewKind = (typeof NEW_KINDS)[number];

/** The new kinds of block in a message. */
export function newKindsIn({ blocks }: SlackMessage): readonly NewKind[] {
  return NEW_KINDS.filter((kind) => blocks.some(({ type }) => type === kind));
}

/** The same message without some new kinds of block: a table as lines, a chart as a line of bars, each where the block was. */
export function inWords({ text, blocks }: SlackMessage, kinds: ReadonlySet<NewKind>): SlackMessage {
  return { text, blocks: blocks.map((block) => blockInWords(block, kinds)) };
}

function blockInWords(block: MessageBlock, kinds: ReadonlySet<NewKind>): MessageBlock {
  if (!isNew(block) || !kinds.has(block.type)) return block;
  const said = section(block.type === 'table' ? rowsOf(block) : [block.title, barsOf(block)]);
  return block.block_id === undefined ? said : { ...said, block_id: block.block_id };
}

function isNew(block: MessageBlock): block is TableBlock | ChartBlock {
  return NEW_KINDS.some((kind) => kind === block.type);
}

/** A heading in bold, and a line for each row. */
function rowsOf({ rows }: TableBlock): readonly string[] {
  return rows.map((row, index) => {
    const cells = row.map(cellInWords);
    const line = cells.filter((cell) => cell !== '').join(' · ');
    return index === 0 ? `*${line}*` : line;
  });
}

function cellInWords(cell: TableBlock['rows'][number][number]): string {
  if (cell.type === 'raw_text') return escapeMrkdwn(cell.text.trim());
  if (cell.type !== 'rich_text') return '';
  const parts = cell.elements.flatMap((block) => (block.type === 'rich_text_section' ? block.elements : []));
  return parts
    .map((part) => {
      if (part.type === 'channel') return channelLink(part.channel_id);
      return part.type === 'text' ? escapeMrkdwn(part.text) : '';
    })
    .join('');
}

const BARS = Array.from('▁▂▃▄▅▆▇█');

/** `10:00 ▁▁▂█▃▁ 15:00`: from nothing to the highest value. */
function barsOf({ chart }: ChartBlock): string {
  const data = chart.series[0]?.data ?? [];
  const most = Math.max(...data.map(({ value }) => value));
  const bars = data.map(({ value }) => BARS[most > 0 ? Math.round((value / most) * (BARS.length - 1)) : 0] ?? '');
  return `${data[0]?.label ?? ''} ${bars.join('')} ${data.at(-1)?.label ?? ''}`;
}
