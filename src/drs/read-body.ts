/** Why a body was not read to its end. */
export type BodyFault = 'too_large' | 'too_deep';

/** A body as text, or why there is none. */
export type ReadBody = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly fault: BodyFault };

/** Deeper nesting than this is no answer of an API; a parser may need a stack as deep. */
const MAX_NESTING = 64;

const [QUOTE, BACKSLASH, OPENING, CLOSING] = [0x22, 0x5c, new Set([0x5b, 0x7b]), new Set([0x5d, 0x7d])];

/**
 * Reads a UTF-8 body and ends where it is longer than `maxBytes`, or where JSON in it is nested deeper than 64. A byte
 * order mark at its beginning is left out; bytes that are no UTF-8 become U+FFFD.
 */
export async function readBody(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<ReadBody> {
  const decoder = new TextDecoder();
  const nesting = new Nesting();
  const pieces: string[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return { ok: false, fault: 'too_large' };
    if (nesting.follow(chunk) > MAX_NESTING) return { ok: false, fault: 'too_deep' };
    pieces.push(decoder.decode(chunk, { stream: true }));
  }
  return { ok: true, text: pieces.join('') + decoder.decode() };
}

/** Counts how deep the brackets of JSON are nested, without parsing it. */
class Nesting {
  #depth = 0;
  #deepest = 0;
  #inString = false;
  #escaped = false;

  /** Returns the greatest depth so far. */
  follow(chunk: Uint8Array): number {
    for (const byte of chunk) {
      if (this.#escaped) this.#escaped = false;
      else if (this.#inString) {
        if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) this.#inString = false;
      } else if (byte === QUOTE) this.#inString = true;
      else if (OPENING.has(byte)) this.#deepest = Math.max(this.#deepest, ++this.#depth);
      else if (CLOSING.has(byte)) this.#depth -= 1;
    }
    return this.#deepest;
  }
}
