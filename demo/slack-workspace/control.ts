import { z } from 'zod';

import type { People } from './people.ts';
import { renderAsText } from './render-as-text.ts';
import type { Args } from './web-api.ts';
import type { WorkspaceState } from './workspace.ts';

const typed = z.object({ user: z.string(), channel: z.string(), text: z.string() });
const clicked = z.object({ user: z.string(), channel: z.string(), ts: z.string(), button: z.string() });

/**
 * Lets somebody outside the process act as a person: `POST /control/type`, `POST /control/click`,
 * `GET /control/channels/{name}`.
 */
export async function answerControl(
  path: string,
  args: Args,
  { state, people }: { readonly state: WorkspaceState; readonly people: People },
): Promise<{ readonly status: number; readonly body: unknown }> {
  try {
    if (path === '/control/type') {
      const { user, channel, text } = typed.parse(args);
      return { status: 200, body: await people.type(user, channel, text) };
    }
    if (path === '/control/click') {
      const { user, channel, ts, button } = clicked.parse(args);
      const message = state.messages.find((one) => one.ts === ts && one.channelId === state.findChannel(channel)?.id);
      if (message === undefined) return { status: 404, body: { error: 'no such message' } };
      return { status: 200, body: await people.click(user, message, button) };
    }
    const name = /^\/control\/channels\/([^/]+)$/.exec(path)?.[1];
    const channel = name === undefined ? undefined : state.findChannel(name);
    if (channel === undefined) return { status: 404, body: { error: 'no such channel or control' } };
    const show = (message: { readonly text: string; readonly blocks: WorkspaceState['messages'][number]['blocks'] }) =>
      renderAsText(message, state);
    return {
      status: 200,
      body: {
        messages: state.messages
          .filter((one) => one.channelId === channel.id)
          .map((one) => ({ ts: one.ts, lines: show(one) })),
        ephemerals: state.ephemerals
          .filter((one) => one.channelId === channel.id)
          .map((one) => ({ for: state.findUser(one.forUserId)?.name, lines: show(one) })),
      },
    };
  } catch (error) {
    return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } };
  }
}
