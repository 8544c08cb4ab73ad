import { z } from 'zod';

import { MAX_NESTING, Nesting } from '../../domain/base/nesting.ts';

/** The longest frame that is read, in UTF-16 code units and in bytes: Slack's own are of some kilobytes. */
const MAX_FRAME = 1024 * 1024;

/** What Slack says over a socket (docs.slack.dev, "Using Socket Mode"), as far as it matters. */
export type SocketFrame =
  /** The socket is ready; `connections`: how many the app has now, this one included; null when Slack does not say. */
  | { readonly kind: 'hello'; readonly connections: number | null }
  /** The socket goes soon: `warning`, `refresh_requested`, `link_disabled`, `too_many_websockets` or another word. */
  | { readonly kind: 'disconnect'; readonly reason: string }
  | {
      readonly kind: 'envelope';
      readonly envelopeId: string;
      readonly type: string;
      readonly body: Body;
      readonly retry: Retry;
    }
  /** None of these, or not what this version understands. */
  | { readonly kind: 'other'; readonly why: string };

/** A payload, before anything is known of it. */
export type Body = Readonly<Record<string, unknown>>;

/** The how-many-th time it is delivered, and why again. */
export interface Retry {
  readonly number: number | undefined;
  readonly reason: string | undefined;
}

const hello = z.object({
  type: z.literal('hello'),
  num_connections: z.number().int().min(0).max(1_000).nullish().catch(null),
});
const disconnect = z.object({ type: z.literal('disconnect'), reason: z.string().max(100).catch('unknown') });
const envelope = z.object({
  envelope_id: z.string().min(1).max(200),
  type: z.string().max(100),
  payload: z.record(z.string(), z.unknown()),
  retry_attempt: z.number().optional().catch(undefined),
  retry_reason: z.string().optional().catch(undefined),
});

/** Understands one frame, whatever it is. */
export function parseFrame(text: string): SocketFrame {
  if (text.length > MAX_FRAME) return other('longer than 1 MB');
  if (new Nesting().follow(Buffer.from(text)) > MAX_NESTING) return other('nested too deep');
  const frame = parseJson(text);
  if (frame === undefined) return other('not JSON');
  const greeting = hello.safeParse(frame);
  if (greeting.success) return { kind: 'hello', connections: greeting.data.num_connections ?? null };
  const farewell = disconnect.safeParse(frame);
  if (farewell.success) return { kind: 'disconnect', reason: farewell.data.reason };
  const letter = envelope.safeParse(frame);
  if (!letter.success) return other('not an envelope');
  const { envelope_id: envelopeId, type, payload: body, retry_attempt: number, retry_reason: reason } = letter.data;
  return { kind: 'envelope', envelopeId, type, body, retry: { number, reason } };
}

/** What a JSON text says; undefined for any other text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function other(why: string): SocketFrame {
  return { kind: 'other', why };
}
