import type {
  ActionsBlock,
  Block,
  Button,
  ContextBlock,
  KnownBlock,
  Overflow,
  RichTextBlock,
  SectionBlock,
  StaticSelect,
  TableBlock,
} from '@slack/types';

import { MORE_ACTION, OPTION_VALUE } from './button-value.ts';
import { shortenNames } from '../../../domain/names/shorten-names.ts';
import { channelLink, cut, escapeMrkdwn } from './mrkdwn.ts';

/** Blocks in one message (docs.slack.dev, "Block Kit", blocks). */
const MAX_BLOCKS = 50;
/**
 * Characters of a section's or context element's text. So long is the top-level text as well: chat.update refuses over 4,000
 * (docs.slack.dev, "chat.update", msg_too_long), and counts otherwise than we do.
 */
const MAX_TEXT = 3000;
const MAX_BUTTON_TEXT = 75;
const NO_BREAK_SPACE = '\u00a0';

/** A line chart (docs.slack.dev, "Data visualization block"); the types that Slack gives out have none yet. */
export interface ChartBlock extends Block {
  readonly type: 'data_visualization';
  /** At most 50 characters. */
  readonly title: string;
  readonly chart: {
    readonly type: 'line';
    readonly series: readonly {
      readonly name: string;
      /** Exactly one for each category. */
      readonly data: readonly { readonly label: string; readonly value: number }[];
    }[];
    readonly axis_config: {
      readonly categories: readonly string[];
      readonly x_label: string;
      readonly y_label: string;
    };
  };
}

/** A block of ours. */
export type MessageBlock = KnownBlock | ChartBlock;

/** What Slack is sent: blocks for the eye, and a text with the same content for notifications and screen readers. */
export interface SlackMessage {
  readonly text: string;
  readonly blocks: MessageBlock[];
}

/** A button; `button-value.ts` writes its value. */
export interface ButtonSpec {
  readonly text: string;
  readonly actionId: string;
  /** Left out for a button that only opens `url`. */
  readonly value?: string;
  readonly url?: string;
  readonly style?: 'primary' | 'danger';
}

/** A menu of which one is chosen; each option has a name and a value of its own, as `button-value.ts` writes it. */
export interface SelectSpec {
  readonly placeholder: string;
  readonly actionId: string;
  /** 1 to 100. */
  readonly options: readonly { readonly text: string; readonly value: string }[];
}

/** A cell of a table: plain text, or a channel, which Slack shows by name to whoever may see it, and what stands around it. */
export type Cell = string | { readonly before: string; readonly channelId: string; readonly after: string };

/** One piece of a message. Lines are mrkdwn, already escaped. */
export type Part =
  /** The news: a headline in bold, or with these words of it in bold, and the lines under it. */
  | {
      readonly kind: 'news';
      readonly headline: string;
      readonly bold?: string;
      readonly lines?: readonly string[];
      readonly button?: ButtonSpec;
    }
  /** Plain lines. */
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  /** One row of a list: text with a button beside it. */
  | { readonly kind: 'row'; readonly line: string; readonly button?: ButtonSpec }
  /** Small print. */
  | { readonly kind: 'footer'; readonly line: string; readonly blockId?: string }
  /** Found by Slack's search, and drawn nowhere. */
  | { readonly kind: 'search'; readonly line: string }
  /** A table, its first row the headings, its first column plain text; at most one in a message. */
  | { readonly kind: 'table'; readonly rows: readonly TableRow[]; readonly alignRight: readonly number[] }
  /** A line chart; whoever shows one says its figures in words as well. */
  | ({ readonly kind: 'chart' } & ChartSpec)
  /** Buttons, a menu before them, and more of them behind ⋯: at most five, none of them with a colour. */
  | {
      readonly kind: 'buttons';
      readonly select?: SelectSpec | null;
      readonly buttons: readonly ButtonSpec[];
      readonly more?: readonly ButtonSpec[];
    };

/** The cells of a row; the first one names it. */
export type TableRow = readonly Cell[];

/** One line through some points, each with a label of its own. */
export interface ChartSpec {
  readonly title: string;
  readonly series: string;
  /** 1 to 20. */
  readonly points: readonly { readonly label: string; readonly value: number }[];
  readonly xLabel: string;
  readonly yLabel: string;
}

/** A headline, and the lines under it. */
export interface News {
  readonly headline: string;
  readonly lines: readonly string[];
}

/** Builds a message from its pieces. What is too long for Slack is cut, never refused. */
export function message(parts: readonly Part[], options: { readonly marker?: string } = {}): SlackMessage {
  const blocks = parts.flatMap((part) => toBlock(part) ?? []).slice(0, MAX_BLOCKS);
  const [first, ...rest] = blocks;
  const marked =
    first !== undefined && options.marker !== undefined ? [{ ...first, block_id: options.marker }, ...rest] : blocks;
  return { text: fit(topLevelText(parts), MAX_TEXT), blocks: marked };
}

/** The same message without blocks, for a workspace that refuses them. */
export function plainMessage({ text }: SlackMessage): SlackMessage {
  return { text, blocks: [] };
}

/** A message as Slack is sent it: no blocks where there are none. */
export function withBlocks({ text, blocks }: SlackMessage): {
  readonly text: string;
  readonly blocks?: MessageBlock[];
} {
  return blocks.length === 0 ? { text } : { text, blocks };
}

/** A message of plain lines. */
export function lines(...text: readonly string[]): SlackMessage {
  return message([linesPart(text)]);
}

/** Plain lines. */
export function linesPart(text: readonly string[]): Part {
  return { kind: 'lines', lines: text };
}

/** Small print. */
export function footer(line: string): Part {
  return { kind: 'footer', line };
}

function toBlock(part: Part): MessageBlock | null {
  switch (part.kind) {
    case 'news':
      return section([emphasised(part.headline, part.bold), ...(part.lines ?? [])], part.button);
    case 'lines':
      return part.lines.length === 0 ? null : section(part.lines);
    case 'row':
      return section([part.line], part.button);
    case 'footer':
      return context(part.line, part.blockId);
    case 'search':
      return null;
    case 'table':
      return table(part.rows, part.alignRight);
    case 'chart':
      return chart(part);
    case 'buttons':
      return actions(part);
  }
}

/** The first column names the rows; what is cut out of a name stands in the message's text. */
function table(rows: readonly TableRow[], alignRight: readonly number[]): TableBlock {
  const [head] = rows;
  const names = shortenNames(rows.map(([name]) => (typeof name === 'string' ? name : '')));
  return {
    type: 'table',
    rows: rows.map(([, ...cells], row) => [names[row] ?? '', ...cells].map(tableCell)),
    column_settings: (head ?? []).map((_heading, column) => (alignRight.includes(column) ? { align: 'right' } : {})),
  };
}

function tableCell(cell: Cell): TableBlock['rows'][number][number] {
  // An empty cell is none to Slack.
  if (typeof cell === 'string') return { type: 'raw_text', text: cell === '' ? NO_BREAK_SPACE : cell };
  const { before, channelId, after } = cell;
  const plain = (text: string) => (text === '' ? [] : [{ type: 'text' as const, text }]);
  const elements = [...plain(before), { type: 'channel' as const, channel_id: channelId }, ...plain(after)];
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] } satisfies RichTextBlock;
}

/** A cell in mrkdwn. */
function cellText(cell: Cell): string {
  if (typeof cell === 'string') return escapeMrkdwn(cell);
  return `${escapeMrkdwn(cell.before)}${channelLink(cell.channelId)}${escapeMrkdwn(cell.after)}`;
}

/** Longest title, and label of a category or name of a series, of a chart. */
const MAX_CHART_TITLE = 50;
const MAX_CHART_LABEL = 20;

function chart({ title, series, points, xLabel, yLabel }: ChartSpec): ChartBlock {
  const data = points.map(({ label, value }) => ({ label: cut(label, MAX_CHART_LABEL), value }));
  return {
    type: 'data_visualization',
    title: cut(title, MAX_CHART_TITLE),
    chart: {
      type: 'line',
      series: [{ name: cut(series, MAX_CHART_LABEL), data }],
      axis_config: { categories: data.map(({ label }) => label), x_label: xLabel, y_label: yLabel },
    },
  };
}

/** Lines of text as a block, with a button beside them. */
export function section(text: readonly string[], accessory?: ButtonSpec): SectionBlock {
  return {
    type: 'section',
    text: { type: 'mrkdwn', text: fit(joinFigures(text.join('\n')), MAX_TEXT), verbatim: true },
    ...(accessory === undefined ? {} : { accessory: button(accessory) }),
  };
}

/** A figure and its unit, in every language, and what it is compared with. */
const FIGURE_AND_UNIT = /(?<=\d) (?=(?:ms|s|min|h|d)\b|%|秒|分钟|小时|天)|(?<=&lt;|≤) (?=\d)/g;

/** No line ends between a figure and its unit. */
function joinFigures(text: string): string {
  return text.replace(FIGURE_AND_UNIT, NO_BREAK_SPACE);
}

function context(line: string, blockId?: string): ContextBlock {
  return {
    type: 'context',
    ...(blockId === undefined ? {} : { block_id: blockId }),
    elements: [{ type: 'mrkdwn', text: fit(joinFigures(line), MAX_TEXT), verbatim: true }],
  };
}

function emphasised(headline: string, bold: string | undefined): string {
  return bold === undefined ? `*${headline}*` : headline.replace(bold, () => `*${bold}*`);
}

/** Null where there is nothing to press: Slack refuses such a block without elements. */
function actions({ select, buttons, more = [] }: Extract<Part, { kind: 'buttons' }>): ActionsBlock | null {
  const elements = [
    ...(select === undefined || select === null ? [] : [menu(select)]),
    ...buttons.map(button),
    ...(more.length === 0 ? [] : [overflow(more)]),
  ];
  return elements.length === 0 ? null : { type: 'actions', elements };
}

function menu({ placeholder, actionId, options }: SelectSpec): StaticSelect {
  return {
    type: 'static_select',
    action_id: actionId,
    placeholder: { type: 'plain_text', text: placeholder, emoji: true },
    options: options.map(({ text, value }) => ({
      text: { type: 'plain_text', text: cut(text, MAX_BUTTON_TEXT), emoji: true },
      value,
    })),
  };
}

/** Options behind ⋯ (docs.slack.dev, "Overflow menu element"). */
const MAX_MORE = 5;

function overflow(more: readonly ButtonSpec[]): Overflow {
  return {
    type: 'overflow',
    action_id: MORE_ACTION,
    options: more.slice(0, MAX_MORE).map(({ text, actionId, value, url }) => ({
      text: { type: 'plain_text', text: cut(text, MAX_BUTTON_TEXT), emoji: true },
      value: OPTION_VALUE.encode({ actionId, value: value ?? '' }),
      ...(url === undefined ? {} : { url }),
    })),
  };
}

function button(spec: ButtonSpec): Button {
  return {
    type: 'button',
    text: { type: 'plain_text', text: cut(spec.text, MAX_BUTTON_TEXT), emoji: true },
    action_id: spec.actionId,
    ...(spec.value === undefined ? {} : { value: spec.value }),
    ...(spec.url === undefined ? {} : { url: spec.url }),
    ...(spec.style === undefined ? {} : { style: spec.style }),
  };
}

/** Cuts to `most` UTF-16 units, as Slack counts at worst, without leaving half a `<…>` token or half an `&…;` behind. */
function fit(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = text.slice(0, most - 1);
  const openToken = head.lastIndexOf('<') > head.lastIndexOf('>') ? head.lastIndexOf('<') : head.length;
  return `${head
    .slice(0, openToken)
    .replace(/&[a-z]*$/, '')
    .replace(/[\ud800-\udbff]$/, '')}…`;
}

function topLevelText(parts: readonly Part[]): string {
  return parts
    .flatMap((part) => {
      switch (part.kind) {
        case 'news':
          return [part.headline, ...(part.lines ?? [])];
        case 'lines':
          return part.lines;
        case 'row':
        case 'footer':
        case 'search':
          return [part.line];
        case 'table':
          return [
            part.rows
              .slice(1)
              .map((row) => row.flatMap((cell) => (cell === '' ? [] : [cellText(cell)])).join(' '))
              .join(', '),
          ];
        // Its figures stand in words beside it.
        case 'chart':
        case 'buttons':
          return [];
      }
    })
    .join('\n');
}
