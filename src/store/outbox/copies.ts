import type { MessageTs } from '../../domain/post/message-ts.ts';

/** Further messages of a post that are to be taken away, as its row keeps them: with spaces in between. */
export function decodeCopies(text: string | null): readonly MessageTs[] {
  return (text ?? '').split(' ').filter((one) => one !== '');
}

/** The same for the row; null for none. */
export function encodeCopies(copies: readonly MessageTs[]): string | null {
  return copies.length === 0 ? null : [...new Set(copies)].join(' ');
}
