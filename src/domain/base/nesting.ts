/** Deeper nesting than this is no JSON that DRS or Slack sends; a parser may need a stack as deep. */
export const MAX_NESTING = 64;

const [QUOTE, BACKSLASH, OPENING, CLOSING] = [0x22, 0x5c, new Set([0x5b, 0x7b]), new Set([0x5d, 0x7d])];

/** Counts how deep the brackets of JSON are nested, without parsing it. */
export class Nesting {
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
