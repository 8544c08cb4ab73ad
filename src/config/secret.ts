/** A value that does not print: not in logs, errors, JSON or string concatenation. */
export class Secret {
  #value: string;
  readonly #read: (() => string) | null;

  /** @param read reads it anew where it came from; null when it cannot change */
  constructor(value: string, read: (() => string) | null = null) {
    this.#value = value;
    this.#read = read;
  }

  /** Reads it anew; true when it has changed. What cannot be read now stays as it was. */
  reread(): boolean {
    if (this.#read === null) return false;
    try {
      const value = this.#read();
      const changed = value !== '' && value !== this.#value;
      if (changed) this.#value = value;
      return changed;
    } catch {
      return false;
    }
  }

  /** The value itself, for the one place that sends it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '•••';
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
