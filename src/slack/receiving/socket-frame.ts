import { z } from 'zod';

/** The longest frame that is read, in UTF-16 code units and in bytes: Slack's own are of some kilobytes. */
const MAX_FRAME = 1024 * 1024;
/** A frame nested deeper is none of Slack's. */
const MAX_NESTING = 64;

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
  if (isNestedDeeper(text, MAX_NESTING)) return other('nested too deep');
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return other('not JSON');
  }
  const greeting = hello.safeParse(frame);
  if (greeting.success) return { kind: 'hello', connections: greeting.data.num_connections ?? null };
  const farewell = disconnect.safeParse(frame);
  if (farewell.success) return { kind: 'disconnect', reason: farewell.data.reason };
  const letter = envelope.safeParse(frame);
  if (!letter.success) return other('not an envelope');
  const { envelope_id: envelopeId, type, payload: body, retry_attempt: number, retry_reason: reason } = letter.data;
  return { kind: 'envelope', envelopeId, type, body, retry: { number, reason } };
}

function other(why: string): SocketFrame {
  return { kind: 'other', why };
}

/** Whether the brackets of a JSON text are nested deeper than `most`, found without parsing it. */
export function isNestedDeeper(text: string, most: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (inString) {
      if (letter === '\\') at += 1;
      else if (letter === '"') inString = false;
    } else if (letter === '"') inString = true;
    else if (letter === '[' || letter === '{') depth += 1;
    else if (letter === ']' || letter === '}') depth -= 1;
    if (depth > most) return true;
  }
  return false;
}
