import { isAddress, parseJobIdPrefix } from '../../domain/job/job-id.ts';
import { isPattern } from '../../domain/names/pattern.ts';
import { parseCommand, verbIn, withoutAddress } from './parse-command.ts';
import type { ParsedCommand, Verb } from './parse-command.ts';
import { tokenize } from './tokenize.ts';
import type { Token } from './tokenize.ts';

/** What somebody wrote to the bot, where words need not be a command. */
export type Written =
  | { readonly kind: 'command'; readonly parsed: ParsedCommand }
  /** One word that may be a name, or mean something else altogether. */
  | { readonly kind: 'word'; readonly text: string; readonly parsed: ParsedCommand }
  /** Read for the names in it. */
  | { readonly kind: 'sentence'; readonly text: string; readonly verb: Verb | null };

/** Mistakes in what was meant as a command; all others may be sentences. */
const OF_SENTENCES: ReadonlySet<string> = new Set([
  'unknown_option',
  'unexpected_words',
  'one_job',
  'too_many_jobs',
  'misspelt_verb',
  'jobs_missing',
]);
/** People talk without these. */
const NAME_LIKE = /[\p{N}_-]/u;
/** Fewer letters begin no name. */
const MIN_LETTERS = 3;

/**
 * Tells a command from a sentence. A command begins with the slash command or a verb; names alone are one as well, if they
 * are written as only names are.
 */
export function parseWritten(text: string): Written {
  const parsed = parseCommand(text);
  const command: Written = { kind: 'command', parsed };
  const all = tokenize(text);
  if ('quote' in all || text.trimStart().startsWith('/')) return command;
  const words = withoutAddress(all);
  const [first, ...others] = words;
  if (first === undefined || words.some(isSurelyNamed)) return command;
  const sentence: Written = {
    kind: 'sentence',
    text: words.map(({ typed }) => typed).join(' '),
    verb: verbAmong(words),
  };
  if (verbIn(first) !== null) return isSentenceAfterAll(parsed) ? sentence : command;
  if (others.length > 0) return parsed.ok || isSentenceAfterAll(parsed) ? sentence : command;
  if (!isWord(first)) return sentence;
  return parsed.ok && !NAME_LIKE.test(first.text) ? { kind: 'word', text: first.typed, parsed } : command;
}

/** Who begins with a verb and goes on otherwise speaks; a lone verb lacks a job, and what changes something says what is wrong. */
function isSentenceAfterAll(parsed: ParsedCommand): boolean {
  if (parsed.ok || !OF_SENTENCES.has(parsed.error.kind)) return false;
  const { error } = parsed;
  if (error.kind === 'jobs_missing') return false;
  return !('verb' in error) || (error.verb !== 'subscribe' && error.verb !== 'unsubscribe');
}

function isSurelyNamed({ text, quoted }: Token): boolean {
  return quoted || isAddress(text) || isPattern(text) || (/\d/.test(text) && parseJobIdPrefix(text) !== null);
}

/** One word may be a part of a name; Chinese is written without blanks, so that one word of it may be a sentence. */
function isWord({ text }: Token): boolean {
  if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(text)) return false;
  return Array.from(text).length >= MIN_LETTERS;
}

function verbAmong(words: readonly Token[]): Verb | null {
  return words.map(verbIn).find((verb) => verb !== null) ?? null;
}
