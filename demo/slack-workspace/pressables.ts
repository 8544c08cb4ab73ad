import { elementsOf } from './validate-blocks.ts';
import type { Block, Element } from './validate-blocks.ts';

/** Something in a message that a person can press, or choose in a menu. */
export interface Pressable {
  /** What is written on it. */
  readonly label: string;
  readonly actionId: string;
  /** What Slack sends of it (docs.slack.dev, "block_actions payload"). */
  readonly action: Readonly<Record<string, unknown>>;
}

/** Everything that can be pressed in these blocks, also within a menu. */
export function pressablesIn(blocks: readonly Block[]): readonly Pressable[] {
  return blocks.flatMap((block) =>
    elementsOf(block).flatMap((element) => pressablesOf(element, block.block_id ?? 'b')),
  );
}

function pressablesOf(element: Element, blockId: string): readonly Pressable[] {
  const actionId = element.action_id ?? 'a';
  const common = { type: element.type, block_id: blockId, action_id: actionId, action_ts: String(Date.now() / 1000) };
  if (element.type === 'button') {
    const { text, value } = element;
    return [{ label: text.text, actionId, action: { ...common, text, value } }];
  }
  return element.options.map((option) => ({
    label: option.text.text,
    actionId,
    action: { ...common, selected_option: option },
  }));
}
