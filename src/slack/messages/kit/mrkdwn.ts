import { cutText } from '../../../domain/base/text.ts';
import { DAY } from '../../../domain/base/time.ts';
import type { EpochMs } from '../../../domain/base/time.ts';

/**
 * Makes untrusted text harmless in mrkdwn and in a message's top-level text: no mention, link or channel can be made
 * of it (docs.slack.dev, "Formatting message text", escaping).
 */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * Escaped text as it reads: what somebody typed, which Slack sends escaped, and where Slack takes text literally (cells of a
 * table, titles and labels of a chart).
 */
export function unescapeMrkdwn(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** What Slack takes for formatting: `_` within a word is none. */
const FORMATTING = /[*~`]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;
/** The same signs in full width, which format nothing. Their normal forms (NFKC) are those that they stand for. */
const FULL_WIDTH: Readonly<Record<string, string>> = { '*': '＊', '~': '～', '`': '｀', _: '＿' };

/** A name that no part of can become formatting, also within bold text. Pasted into a command it is the name again. */
export function safeName(name: string): string {
  return escapeMrkdwn(name.replace(FORMATTING, (sign) => FULL_WIDTH[sign] ?? sign));
}

/** A person, as Slack shows them by name. */
export function mention(userId: string): string {
  return `<@${escapeMrkdwn(userId)}>`;
}

/** A channel, as Slack shows it by name. */
export function channelLink(channelId: string): string {
  return `<#${escapeMrkdwn(channelId)}>`;
}

/** Text as code, cut to `most` characters; grave accents and line breaks inside would end it and are replaced. */
export function code(text: string, most = 120): string {
  return `\`${escapeMrkdwn(cut(cutText(text).replaceAll('`', "'").replace(/\s+/g, ' '), most))}\``;
}

/** At most `most` characters, the last one an ellipsis when something was cut. Never splits a surrogate pair. */
export function cut(text: string, most: number): string {
  const characters = Array.from(text.slice(0, 2 * most + 2));
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

/** A point in time in each reader's own zone, with UTC where Slack cannot show that. */
export function dateAndTime(at: EpochMs): string {
  return dateToken(at, '{date_short_pretty} {time}', utc(at));
}

/** A day in each reader's own zone. */
export function day(at: EpochMs): string {
  return dateToken(at, '{date_short_pretty}', utc(at).slice(0, 10));
}

/** A time of day in each reader's own zone. */
export function timeOfDay(at: EpochMs): string {
  return dateToken(at, '{time}', `${utc(at).slice(11, 16)} UTC`);
}

/** A point in time not long before or after another one: a clock time of another day carries its day. */
export function timeOrDate(at: EpochMs, near: EpochMs): string {
  return Math.abs(near - at) < DAY / 2 ? timeOfDay(at) : dateAndTime(at);
}

/** A stretch of time; a clock time of another day carries its day. */
export function stretch(from: EpochMs, until: EpochMs): string {
  return `${dateAndTime(from)}–${timeOrDate(until, from)}`;
}

/** How long ago, kept current by Slack itself. */
export function ago(at: EpochMs): string {
  return dateToken(at, '{ago}', `at ${utc(at)}`);
}

function dateToken(at: EpochMs, format: string, fallback: string): string {
  return `<!date^${Math.floor(at / 1000)}^${format}|${fallback}>`;
}

function utc(at: EpochMs): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Text that begins small, for within a sentence. Abbreviations such as DR stay as they are. */
export function lowerFirst(text: string): string {
  return /^\p{Lu}\p{Ll}/u.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
