import { renderAsText } from './slack-workspace/render-as-text.ts';
import { wrap } from './wrap.ts';
import type { Content, EphemeralMessage, Message, WorkspaceState } from './slack-workspace/workspace.ts';

/** Prints every message as it appears or changes, as a person in the channel would see it, no wider than the terminal. */
export function printMessages(
  state: WorkspaceState,
  print: (line: string) => void,
  width?: () => number | undefined,
): () => void {
  const shown = new Map<string, Content>();
  const show = (key: string, message: Message | EphemeralMessage, who: string) => {
    const note = `${message.threadTs === null ? '' : ' (in a thread)'}${who}`;
    const before = shown.get(key);
    if (before !== undefined && sameContent(before, message)) return;
    shown.set(key, message);
    const place = channelLabel(state, message.channelId);
    print('');
    print(`  ${place}  drs${before === undefined ? '' : ' (message updated)'}${note}`);
    const gutter = `  ${' '.repeat(place.length)}│ `;
    const columns = width?.();
    for (const line of renderAsText(message, state))
      for (const part of wrap(line, columns === undefined ? undefined : columns - gutter.length))
        print(`${gutter}${part}`);
  };
  return state.observe(() => {
    for (const message of state.messages) show(message.channelId + message.ts, message, '');
    for (const message of state.ephemerals)
      show(message.id, message, ` – only @${state.findUser(message.forUserId)?.name ?? '?'} sees this`);
  });
}

/** `#name` of a channel id. */
function channelLabel(state: WorkspaceState, channelId: string): string {
  const channel = state.findChannel(channelId);
  return channel?.kind === 'im' ? channel.name : `#${channel?.name ?? channelId}`;
}

function sameContent(one: Content, other: Content): boolean {
  return one.text === other.text && JSON.stringify(one.blocks) === JSON.stringify(other.blocks);
}
