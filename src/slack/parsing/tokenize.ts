import { withoutInvisible, withPlainHyphens } from '../../domain/base/text.ts';

/** One word of a command. */
export interface Token {
  /** In the usual width (NFKC). */
  readonly text: string;
  /** As it was typed: a name may be exactly so. */
  readonly typed: string;
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

/** One character, after NFKC. */
const SEPARATOR = /^[\s,;]$/u;
/** Slack's marks for code and strike-through at the edge of a word: no name has any of them. */
const MARKS_BEFORE = /^[`~]+/u;
const MARKS_BEHIND = /[`~]+$/u;
/** Its mark for bold, which stands for any letters where it is at one edge only: `orders-*`. */
const BOLD = /^\*+(?=[^*])(.*[^*])\*+$/su;
const ONLY_MARKS = /^[*`~]+$/u;
/** Slack's mark for italics, which names may end in: only around a whole word or line is it a mark. */
const ITALICS = /^_+(?=[^_])(.*[^_])_+$/su;
/** Marks around marks: bold, italics and code at once, each once. */
const MAX_LAYERS = 3;
/** An address that Slack made of what somebody wrote: `<http://orders.eu|orders.eu>`. */
const MADE_LINK = /^<https?:\/\/([^|>]+)\|([^|>]+)>$/u;

/** The quoted text left open, so that the person can be shown where. */
export interface UnclosedQuote {
  readonly quote: string;
  readonly text: string;
}

/**
 * Splits what was typed after the slash command into words: NFKC, separated by white space, commas and semicolons of any width, with
 * quotes of many languages. A quote inside a word is a letter. Characters that nobody sees are left out, and so are marks
 * of formatting around words and lines. An unclosed quote is returned instead of guessed at.
 *
 * @param text not long: see `parseCommand`
 */
export function tokenize(text: string): readonly Token[] | UnclosedQuote {
  const typed = Array.from(withoutItalics(withoutInvisible(text).trim()));
  // Character by character, so that what was typed can be told from what it means.
  const plain = typed.map((character) => character.normalize('NFKC'));
  const tokens: Token[] = [];
  let index = 0;
  while (index < plain.length) {
    const character = plain[index] ?? '';
    if (SEPARATOR.test(character)) {
      index += 1;
      continue;
    }
    const closing = CLOSING_QUOTES[character];
    const quoted = closing !== undefined;
    const ends = (next: string) => (quoted ? closing.includes(next) : SEPARATOR.test(next));
    let end = index + 1;
    while (end < plain.length && !ends(plain[end] ?? '')) end += 1;
    if (quoted && end === plain.length) return { quote: character, text: typed.slice(index).join('') };
    const between = typed.slice(quoted ? index + 1 : index, end).join('');
    const word = quoted ? between : withoutMarks(between);
    if (word !== '' && (quoted || !ONLY_MARKS.test(word)))
      tokens.push({ text: withPlainHyphens(word.normalize('NFKC')), typed: word, quoted });
    index = quoted ? end + 1 : end;
  }
  return withoutBold(tokens);
}

/** Bold text of several words has one mark before the first of them, and one behind the last. */
function withoutBold(tokens: readonly Token[]): readonly Token[] {
  const first = tokens.findIndex(({ text, quoted }) => !quoted && /^\*[^*]*$/.test(text));
  const last = tokens.findLastIndex(({ text, quoted }) => !quoted && /^[^*]*\*$/.test(text));
  if (first === -1 || last <= first) return tokens;
  return tokens.map((token, index) => {
    if (index === first) return { ...token, text: token.text.slice(1), typed: token.typed.slice(1) };
    return index === last ? { ...token, text: token.text.slice(0, -1), typed: token.typed.slice(0, -1) } : token;
  });
}

/** Marks of formatting that Slack sends with a word that was copied or pasted. */
function withoutMarks(word: string): string {
  let bare = word;
  for (let layer = 0; layer < MAX_LAYERS; layer++)
    bare = withoutItalics(withoutPair(bare.replace(MARKS_BEFORE, '').replace(MARKS_BEHIND, '')));
  const [, address, shown] = MADE_LINK.exec(bare) ?? [];
  return address !== undefined && address === shown ? shown : bare;
}

function withoutPair(text: string): string {
  return BOLD.exec(text)?.[1] ?? text;
}

function withoutItalics(text: string): string {
  return ITALICS.exec(text)?.[1] ?? text;
}
