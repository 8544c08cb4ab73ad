import { cellText } from './validate-blocks.ts';
import type { Block, Element, Input } from './validate-blocks.ts';
import type { WorkspaceState } from './workspace.ts';

/** A message as a person would see it, one string per line, for a terminal. */
export function renderAsText(
  message: { readonly text: string; readonly blocks: readonly (Block | Input)[] },
  state: WorkspaceState,
): readonly string[] {
  const shown = message.blocks.length === 0 ? [message.text] : message.blocks.flatMap(blockLines);
  return shown.flatMap((text) => resolve(text, state).split('\n'));
}

function blockLines(block: Block | Input): readonly string[] {
  switch (block.type) {
    case 'input':
      return [
        block.label.text,
        ...block.element.options.map(({ text, description }) =>
          [`☐ ${text.text}`, ...(description === undefined ? [] : [description.text])].join(' – '),
        ),
      ];
    case 'section':
      return [
        ...(block.text === undefined ? [] : [block.text.text]),
        ...(block.fields ?? []).map((field) => field.text),
        ...(block.accessory === undefined ? [] : [buttonText(block.accessory)]),
      ];
    case 'header':
      return [block.text.text];
    case 'divider':
      return ['────'];
    case 'context':
      return block.elements.map((element) => element.text);
    case 'table':
      return block.rows.map((row) => row.map(cellText).join(' | '));
    case 'data_visualization':
      return [
        block.title,
        ...block.chart.series.map(
          ({ name, data }) => `${name}: ${data.map(({ label, value }) => `${label} ${value}`).join(' | ')}`,
        ),
      ];
    case 'actions':
      return [block.elements.map(buttonText).join(' ')];
  }
}

/** A menu stands open: in a terminal nobody can look behind ⋯. */
function buttonText(element: Element): string {
  if (element.type === 'button') return `[ ${element.text.text} ]`;
  return `⋯ ${element.options.map(({ text }) => `[ ${text.text} ]`).join(' ')}`;
}

/** Shows what Slack would make of mrkdwn: names, dates and characters instead of tokens. */
function resolve(text: string, state: WorkspaceState): string {
  return text
    .replace(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, (_token, id: string) => `@${state.findUser(id)?.name ?? id}`)
    .replace(/<!date\^(\d+)\^([^|>]*)\|([^>]*)>/g, (_token, seconds: string, format: string, fallback: string) =>
      format === '{ago}' ? agoText(Number(seconds)) : fallback,
    )
    .replace(/<#([A-Z0-9]+)(?:\|[^>]*)?>/g, (_token, id: string) => `#${state.findChannel(id)?.name ?? id}`)
    .replace(/<(https?:[^|>]+)\|([^>]+)>/g, (_token, _url: string, label: string) => label)
    .replace(/\*([^*\n]+)\*/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function agoText(seconds: number): string {
  const past = Math.max(0, Math.round(Date.now() / 1000 - seconds));
  return past < 2 ? 'just now' : `${past} seconds ago`;
}
