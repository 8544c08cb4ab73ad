import { randomUUID } from 'node:crypto';

import { readContent } from './web-api.ts';
import type { WorkspaceState } from './workspace.ts';

/** A response URL takes this many answers, for this long (docs.slack.dev, "Handling user interaction"). */
const MAX_USES = 5;
const LIFE_MS = 30 * 60_000;
const MAX_TEXT = 40_000;

/** What a response URL answers to: a command, or a click on a message. */
export interface Origin {
  readonly channelId: string;
  readonly userId: string;
  /** The clicked message: a channel message's ts, or an ephemeral one's id; null for a command. */
  readonly message: { readonly ts: string } | { readonly ephemeralId: string } | null;
}

interface ResponseUrl {
  readonly origin: Origin;
  readonly madeAt: number;
  uses: number;
}

/** The addresses given out with commands and clicks. */
export class ResponseUrls {
  readonly #state: WorkspaceState;
  readonly #urls = new Map<string, ResponseUrl>();

  constructor(state: WorkspaceState) {
    this.#state = state;
  }

  /** The last part of a new address. */
  make(origin: Origin): string {
    const id = randomUUID();
    this.#urls.set(id, { origin, madeAt: Date.now(), uses: 0 });
    return id;
  }

  /** Takes an answer; an error name when Slack would refuse it. */
  use(id: string, body: unknown): string | null {
    const url = this.#urls.get(id);
    if (url === undefined || Date.now() - url.madeAt > LIFE_MS) return 'expired_url';
    if (url.uses >= MAX_USES) return 'used_url';
    const refusal = this.answer(url.origin, body);
    if (refusal === null) url.uses += 1;
    return refusal;
  }

  /** Shows an answer where it belongs. */
  answer(origin: Origin, body: unknown): string | null {
    if (typeof body !== 'object' || body === null) return 'invalid_payload';
    const args: Readonly<Record<string, unknown>> = { ...body };
    if (args['delete_original'] === true) return this.#replace(origin, null);
    const content = readContent(args, MAX_TEXT, this.#state);
    if ('ok' in content) return String(content['error']);
    if (args['replace_original'] === true) return this.#replace(origin, content);
    const threadTs = typeof args['thread_ts'] === 'string' ? args['thread_ts'] : null;
    if (args['response_type'] === 'in_channel') this.#state.post(origin.channelId, content, null, threadTs);
    else this.#state.postEphemeral(origin.channelId, origin.userId, content, threadTs);
    return null;
  }

  #replace(origin: Origin, content: Parameters<WorkspaceState['editEphemeral']>[1]): string | null {
    const { message } = origin;
    if (message === null) return 'no_original_message';
    if ('ephemeralId' in message) this.#state.editEphemeral(message.ephemeralId, content);
    else if (content !== null) this.#state.edit(origin.channelId, message.ts, content);
    return null;
  }
}
