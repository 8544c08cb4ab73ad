/** What stands where something private was. */
const HIDDEN = '•••';
/** The longest text that is kept. */
const MOST_KEPT = 600;

/** Nouns before a quoted identifier: those names may be told, other quoted pieces are data. */
const NAMED =
  /(?:table|column|columns|key|index|database|schema|constraint|function|procedure|view|trigger|event|field|partition|engine|charset|character set|collation|variable|parameter|option|type|plugin|tablespace|relation|object|sequence|package|binlog|log file|keyword|表|列|字段|键|索引|库|数据库|约束|视图|函数|参数|关键词)\s*[:=：]?\s*$/iu;
/** Words of MySQL's own sentences. */
const CLAUSE = /^(?:field list|where clause|on clause|order clause|group statement|having clause)$/;
const IDENTIFIER = /^[\p{L}\p{N}_$#.\- ]{1,128}$/u;

const SQL =
  /\b(?:select\b[^;]*?\bfrom\b|insert\s+(?:ignore\s+)?into\b|replace\s+into\b|update\s+\S+\s+set\b|delete\s+from\b|merge\s+into\b|alter\s+(?:table|user|database|index)\b|create\s+(?:or\s+replace\s+)?(?:table|unique|index|view|user|trigger|procedure|function|database|definer)\b|drop\s+(?:table|user|index|view|database)\b|truncate\s+table\b|load\s+data\b|grant\s+\S+\s+on\b)[\s\S]*/gi;

const TOP_LEVEL = 'com|net|org|cn|io|local|localdomain|internal|intranet|lan|corp|cloud|svc|home';

type Rule = readonly [pattern: RegExp, replacement: string];

/** In this order: what is certain to be private first, so that later rules see less. */
const RULES: readonly Rule[] = [
  [/\bjdbc:[^\s'"，。；]+/gi, HIDDEN],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s'"<>)\]}，。；]+/gi, HIDDEN],
  [/\b(sql|statement|query|语句)(\s*[:=：]\s*)[\s\S]+/giu, `$1$2${HIDDEN}`],
  [SQL, HIDDEN],
  [/\b(password|passwd|pwd|secret|token|access[_ ]?key|密码)(\s*[:=：]\s*)(?!(?:YES|NO)\b)\S+/giu, `$1$2${HIDDEN}`],
  [/(Duplicate entry )'.*'( for key)/gi, `$1'${HIDDEN}'$2`],
  [/(\bKey \([^)]*\)\s*=\s*)\(.*\)/gi, `$1(${HIDDEN})`],
  [/(\brow contains )\(.*\)/gi, `$1(${HIDDEN})`],
  [/(['"`])[^'"`\s]*\1@(['"`])[^'"`\s]*\2/g, `$1${HIDDEN}$1@$2${HIDDEN}$2`],
  [/[\p{L}\p{N}.+_-]+@[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*/gu, HIDDEN],
  [
    /\b(user|username|user name|role|account|login|用户|用户名|账号)(\s*[:=：]?\s*)(['"`])[^'"`]*\3/giu,
    `$1$2$3${HIDDEN}$3`,
  ],
  [/\b(user|username|user name|role|account|login|db_user)(\s*[:=]\s*)[^\s'"`,;)]+/gi, `$1$2${HIDDEN}`],
  [/\b((?:for|by|as) user )[^\s'"`,;)]+/gi, `$1${HIDDEN}`],
  [/(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?(?:\/\d{1,2})?(?![\d.]*\d)/g, HIDDEN],
  [/(?<![\p{L}\p{N}:])(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}(?![\p{L}\p{N}:])/giu, HIDDEN],
  [
    /(?<![\p{L}\p{N}:])(?=[0-9a-f:]*[0-9a-f])(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?(?![\p{L}\p{N}:])/giu,
    HIDDEN,
  ],
  [/\b(host|hostname|server|address|endpoint|主机|地址)(\s*[:=：]\s*)(['"]?)[^\s'",;)，。]+\3/giu, `$1$2${HIDDEN}`],
  [/\b(host|hostname|server|address|endpoint)(\s+)(['"])[^'"]+\3/gi, `$1$2$3${HIDDEN}$3`],
  [
    /\b(host|hostname|server|address|endpoint)(\s+)(?=[^\s,;]*[\d.-])[a-z0-9][\w.-]*[a-z0-9](?::\d{2,5})?/gi,
    `$1$2${HIDDEN}`,
  ],
  [/\b(to|at|from|with)(\s+)(?=[\w-]*[a-z])[\w-]+:\d{2,5}\b/gi, `$1$2${HIDDEN}`],
  [/\b[a-z0-9][\w-]*(?:\.[\w-]+)*\.[a-z][\w-]*:\d{2,5}\b/gi, HIDDEN],
  [new RegExp(`\\b(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\\.)+(?:${TOP_LEVEL})\\b(?![.\\w-])`, 'gi'), HIDDEN],
  [/\b(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.){3,}[a-z][a-z0-9-]+\b(?!\.)/g, HIDDEN],
  [/(\/(?:home|Users)\/)[^\s/'"]+/g, `$1${HIDDEN}`],
];

/** A quoted piece that does not begin inside a word, so that `doesn't` opens nothing. */
const QUOTED = /(?<![\p{L}\p{N}])(['"“])((?:\\.|''|(?!['"”]).)*)(['"”])(?!\p{L})/gu;

/**
 * An error text without what is nobody's business in a chat, a log or a database: hosts, addresses, users, passwords,
 * connection URLs, SQL, and quoted data. Codes, tables, columns and the sentence stay. One line of limited length; safe
 * to apply twice.
 */
export function maskPrivate(text: string): string {
  let masked = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  for (const [pattern, replacement] of RULES) masked = masked.replace(pattern, replacement);
  masked = masked.replace(QUOTED, (whole: string, open: string, inside: string, close: string, at: number) =>
    CLAUSE.test(inside) || (NAMED.test(masked.slice(0, at)) && IDENTIFIER.test(inside))
      ? whole
      : `${open}${HIDDEN}${close}`,
  );
  const characters = Array.from(masked);
  return characters.length <= MOST_KEPT ? masked : `${characters.slice(0, MOST_KEPT - 1).join('')}…`;
}
