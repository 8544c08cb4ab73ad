/** Characters that take two places in a terminal: Chinese, Japanese, Korean, full width, emoji. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u;
/** Lines are not made shorter than this, in places. */
const MIN_WIDTH = 20;

/** How many places a text takes in a terminal. */
function widthOf(text: string): number {
  return Array.from(text).reduce((sum, character) => sum + (WIDE.test(character) ? 2 : 1), 0);
}

/**
 * A text in lines of at most `width` places, broken at blanks, and between characters that are written without blanks; a word
 * that is longer is broken where it must be.
 *
 * @param width places in a terminal; undefined where nothing is known of one, and nothing is broken
 */
export function wrap(text: string, width: number | undefined): readonly string[] {
  const most = Math.max(MIN_WIDTH, width ?? Infinity);
  if (widthOf(text) <= most) return [text];
  const lines: string[] = [];
  let line = '';
  for (const piece of piecesOf(text)) {
    if (widthOf(line) + widthOf(piece.trimEnd()) > most && line.trim() !== '') {
      lines.push(line.trimEnd());
      line = '';
    }
    line += piece;
    while (widthOf(line.trimEnd()) > most) {
      const head = headOf(line, most);
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return line.trim() === '' ? lines : [...lines, line.trimEnd()];
}

/** Words with the blanks behind them; wide characters one by one. */
function piecesOf(text: string): readonly string[] {
  return text.match(new RegExp(`${WIDE.source}\\s*|(?:(?!${WIDE.source})\\S)+\\s*|\\s+`, 'gu')) ?? [];
}

function headOf(text: string, width: number): string {
  let head = '';
  for (const character of text) {
    if (widthOf(head + character) > width) break;
    head += character;
  }
  return head;
}

/** The widest left column that a text beside it stands behind, in places. */
const MAX_COLUMN = 25;

/**
 * Lines of the prompt in a terminal of this width: what goes on stands below where it began, in the second column where there
 * are two.
 */
export function wrapColumns(text: string, width: number | undefined): readonly string[] {
  return text.split('\n').flatMap((line) => {
    if (width === undefined || widthOf(line) <= width) return [line];
    const [, left = ''] = /^( +\S.*? {2,})\S/.exec(line) ?? [];
    const margin = /^ */.exec(line)?.[0].length ?? 0;
    const isBeside = left.length > 0 && left.length <= MAX_COLUMN && width >= 2 * MAX_COLUMN;
    const indent = ' '.repeat(isBeside ? left.length : left.length > 0 ? margin + 4 : margin);
    const rest = wrap(line.slice(left.length).trimStart(), width - indent.length).map((part) => indent + part);
    if (left === '') return rest;
    return isBeside ? [left + (rest[0] ?? '').slice(indent.length), ...rest.slice(1)] : [left.trimEnd(), ...rest];
  });
}
