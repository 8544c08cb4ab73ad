import { storableText } from '../domain/base/text.ts';

/** A line of the log is no longer than this, in UTF-16 code units. */
const MAX_LINE = 16_384;
/** So much of the end of a line that was cut is left out at least. */
const MIN_CUT = 1_000;
/** What every line begins with: its level and its time. */
const LINE_HEAD = /^\{"level":\d+,"time":"[^"]{1,40}",/;

/** What a secret is replaced with. */
const SCRUBBED = '•••';

/** A known secret shorter than this is not looked for by its value: it would turn up inside ordinary words. */
const MIN_KNOWN_LENGTH = 6;

/** Names whose values are secrets, in whatever spelling: `x-auth-token`, `SLACK_BOT_TOKEN`, `secretKey`. */
const NAMES =
  '[\\w.-]{0,40}(?:token|secret|password|passwd|authorization|signature|cookie|secret[_-]?key|access[_-]?key(?:[_-]?id)?|api[_-]?key)';
/** Short names that are secrets only on their own. */
const SHORT_NAMES = '(?<![\\w.-])(?:HUAWEICLOUD_SDK_)?(?:ak|sk)';

/** A value without quotes; not a scheme, whose credentials come behind it. */
const BARE_VALUE = `(?!\\s|\\\\*["•]|(?:Bearer|Basic|SDK-HMAC-SHA256)\\b)[^\\s"'\\\\,;&})\\]]+`;

/**
 * What secrets look like wherever they turn up. Each pattern's groups, if it has any, are kept: what stands before the
 * secret.
 */
const PATTERNS: readonly RegExp[] = [
  // IAM tokens are PKCS #7 in Base64, which begins with MII; security tokens are as long. Nothing else we log is.
  /\bMII[\w+/=-]{20,}/g,
  /[\w+/-]{200,}={0,2}/g,
  // "name":"value", also inside JSON that is itself in a string (\"name\":\"value\"), and lists of raw headers.
  new RegExp(`((?:${NAMES}|${SHORT_NAMES})(\\\\*)"\\s*[:,]\\s*\\2")(?:(?!(?<!\\\\)\\2")[^])*`, 'gi'),
  // A scheme and its credentials: Bearer …, Basic …. A plain word behind it is a sentence ("the Basic Information page").
  /(\b(?:[Bb]earer|[Bb]asic|BEARER|BASIC)\s+)(?![A-Z]?[a-z]+(?:[^\w.~+/=-]|\.?\s|\.?$))[\w.~+/=-]+/g,
  // As a header's value whatever it is.
  /(authorization\\*["']?\s*[:=,]\s*\\*["']?(?:Bearer|Basic)\s+)[\w.~+/=-]+/gi,
  // SDK-HMAC-SHA256 Access=…, SignedHeaders=…, Signature=…, and the gateway's `ak:…` about one.
  /(\b(?:Access|Signature)=)[^,\s"\\]+/g,
  /(\b(?:ak|sk):)[^,\s"\\]+/gi,
  // name: value, name=value; a cookie is everything to the end of its line.
  /(\b(?:set-)?cookie\s*[:=]\s*)[^"\\\n]+/gi,
  new RegExp(`((?:${NAMES})[:=]'?)${BARE_VALUE}`, 'gi'),
  // With a blank between them, `token: …` is also how a sentence begins, so only a header's name or a password counts.
  new RegExp(
    `((?:[\\w.]{1,40}-[\\w-]{0,40}(?:token|signature)|authorization|passw(?:or)?d)\\s*[:=]\\s*'?)${BARE_VALUE}`,
    'gi',
  ),
  new RegExp(`(${SHORT_NAMES}=)[^\\s"'\\\\,;&})\\]]+`, 'gi'),
  // Slack's tokens, the addresses that answer a command without one, and the tickets of sockets.
  /\bxox[a-z](?:\.xox[a-z])?-[\w-]+/gi,
  /\bxapp-[\w-]+/gi,
  /(\bhooks\.slack(?:-gov)?\.com\/)[^\s"\\<>]+/gi,
  /([?&](?:ticket|sig|key|code)=)[^&\s"\\<>]+/gi,
  // https://user:password@host
  /(\b[a-z][\w+.-]{0,30}:\/\/)[^\s/@"\\]+:[^\s/@"\\]*(?=@)/gi,
  // Access keys have 20 capitals and digits, secret keys 40 letters and digits of all kinds.
  /\b(?=[A-Z0-9]*\d)(?=[A-Z0-9]*[A-Z])[A-Z0-9]{20}\b/g,
  /\b(?=[A-Za-z0-9]*\d)(?=[A-Za-z0-9]*[A-Z])(?=[A-Za-z0-9]*[a-z])[A-Za-z0-9]{40}\b/g,
];

/**
 * A line of the log, ready to be written: without secrets, and where it is long, a JSON line of its own that holds its
 * beginning.
 *
 * @param line JSON, as pino makes it
 * @param known secrets by their value
 */
export function scrubLine(line: string, known: readonly string[]): string {
  if (line.length <= MAX_LINE) return scrub(line, known);
  const longest = Math.max(0, ...known.flatMap(spellings).map((secret) => secret.length));
  // A secret that the cut has halved is not known any more: what could hold half of one goes.
  const beginning = scrub(line.slice(0, MAX_LINE), known).slice(0, -Math.max(MIN_CUT, longest));
  const head = LINE_HEAD.exec(line)?.[0] ?? '{';
  const fields = { msg: `a line of ${line.length} characters was cut`, beginning: storableText(beginning) };
  return `${head}${JSON.stringify(fields).slice(1)}\n`;
}

/**
 * Replaces everything that is or looks like a secret, in time that grows with the length of the line.
 *
 * @param known secrets by their value, such as a password or an address that is one: found however they are written
 */
export function scrub(line: string, known: readonly string[]): string {
  const withoutKnown = known.flatMap(spellings).reduce((text, secret) => text.replaceAll(secret, SCRUBBED), line);
  return PATTERNS.reduce((text, pattern) => text.replace(pattern, keepGroup), withoutKnown);
}

/** The first group stays, if the pattern has one; an unmatched or missing one is not a string. */
function keepGroup(_match: string, before: unknown): string {
  return typeof before === 'string' ? `${before}${SCRUBBED}` : SCRUBBED;
}

/** How a secret may be written: as it is, in JSON, in JSON inside JSON, in a query; of an address, its path alone. */
function spellings(secret: string): readonly string[] {
  const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
  const path = /^https?:\/\/[^/]+(\/.+)$/i.exec(secret)?.[1];
  const forms = [
    secret,
    inJson(secret),
    inJson(inJson(secret)),
    encodeURIComponent(storableText(secret)),
    ...(path === undefined ? [] : [path]),
  ];
  return [...new Set(forms)].filter((form) => form.length >= MIN_KNOWN_LENGTH);
}
