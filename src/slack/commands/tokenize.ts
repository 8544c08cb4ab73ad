/** One word of a command. */
export interface Token {
  readonly text: string;
  /** It was written in quotes: a name, never a verb, a flag or an option. */
  readonly quoted: boolean;
}

/** Each opening quote with the quotes that may close it; Slack clients turn straight quotes into curly ones. */
const CLOSING_QUOTES: Readonly<Record<string, string>> = {
  '"': '"”“',
  "'": "'’‘",
  '“': '”“"',
  '”': '”“"',
  '‘': "’‘'",
  '’': "’‘'",
  '«': '»',
  '「': '」',
};

const SEPARATOR = /[\s,\u00a0\u3000]/u;

/** The quoted text left open, so that the person can be shown where. */
export interface UnclosedQuote {
  readonly quote: string;
  readonly text: string;
}

/**
 * Splits what was typed after the slash command into words: NFKC, separated by white space and commas of any width, with
 * quotes of many languages. A quote inside a word is a letter. An unclosed quote is returned instead of guessed at.
 */
export function tokenize(text: string): readonly Token[] | UnclosedQuote {
  const normalized = Array.from(text.normalize('NFKC'));
  const tokens: Token[] = [];
  let index = 0;
  while (index < normalized.length) {
    const character = normalized[index] ?? '';
    if (SEPARATOR.test(character)) {
      index += 1;
      continue;
    }
    const closing = CLOSING_QUOTES[character];
    const end =
      closing === undefined
        ? normalized.findIndex((next, at) => at > index && SEPARATOR.test(next))
        : normalized.findIndex((next, at) => at > index && closing.includes(next));
    if (closing !== undefined && end === -1) return { quote: character, text: normalized.slice(index).join('') };
    const stop = end === -1 ? normalized.length : end;
    const word = normalized.slice(closing === undefined ? index : index + 1, stop).join('');
    if (word !== '') tokens.push({ text: word, quoted: closing !== undefined });
    index = closing === undefined ? stop : stop + 1;
  }
  return tokens;
}
