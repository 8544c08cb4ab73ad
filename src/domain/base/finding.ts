/** What a check found out about one thing. */
export interface Finding {
  /** `open`: it could not be told, or the bot works without it and promises less. */
  readonly kind: 'good' | 'bad' | 'open';
  /** What was looked at, in a word or two. */
  readonly about: string;
  /** A sentence; where something is wrong, what it is and what to do. No secrets. */
  readonly says: string;
}

export function good(about: string, says: string): Finding {
  return { kind: 'good', about, says };
}

export function bad(about: string, says: string): Finding {
  return { kind: 'bad', about, says };
}

export function open(about: string, says: string): Finding {
  return { kind: 'open', about, says };
}
