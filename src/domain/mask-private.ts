import { cutText, MAX_TEXT, storableText } from './base/text.ts';

/** What stands where something private was. */
const HIDDEN = '•••';
/** The longest text that is kept. */
const MAX_KEPT = 600;
/** The rules stop after so many passes over a text. */
const MAX_PASSES = 8;
/** A noun and what may stand between it and its name are no longer than this. */
const MAX_NOUN = 40;

/** Where a word begins: `\b` knows ASCII only and is blind between Chinese and a blank. */
const BEGIN = String.raw`(?<![\p{L}\p{N}_])`;
/** The same for an ASCII word, which may follow Chinese directly. */
const ASCII_BEGIN = '(?<![A-Za-z0-9_])';

const NOUNS =
  'table|column|columns|key|index|database|schema|constraint|function|procedure|view|trigger|event|field|partition|engine|charset|character set|collation|variable|parameter|option|type|plugin|tablespace|relation|object|sequence|package|binlog|log file|keyword|表|列|字段|键|索引|库|数据库|约束|视图|函数|参数|关键词';
/** The same where capitals count, as at the beginning of a sentence. */
const CAPITALISED_NOUNS = NOUNS.replace(/(?<=^|\|)[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
/** Nouns before a quoted identifier: those names may be told, other quoted pieces are data. */
const NAMED = new RegExp(`(?:${NOUNS})\\s*[:=：]?\\s*$`, 'iu');
/** Words of MySQL's own sentences. */
const CLAUSE = /^(?:field list|where clause|on clause|order clause|group statement|having clause)$/;
const IDENTIFIER = /^[\p{L}\p{N}_$#.\- ]{1,128}$/u;

/** A statement, from where it begins to the end of the text: who could tell where it ends? */
const STATEMENTS = [
  String.raw`select\b[^;]*?\b(?:from|where)\b`,
  String.raw`insert\s+(?:ignore\s+)?into\b`,
  String.raw`replace\s+into\b`,
  String.raw`update\s+\S+(?:\s+(?:as\s+)?\S+)?\s+set\b`,
  String.raw`delete\s+from\b`,
  String.raw`merge\s+into\b`,
  String.raw`alter\s+(?:table|user|database|index)\b`,
  String.raw`create\s+(?:or\s+replace\s+)?(?:table|unique|index|view|user|trigger|procedure|function|database|definer)\b`,
  String.raw`drop\s+(?:table|user|index|view|database)\b`,
  String.raw`truncate\s+table\b`,
  String.raw`load\s+data\b`,
  String.raw`grant\s+\S+\s+on\b`,
  String.raw`set\s+password\b`,
  String.raw`values\s*\(`,
  String.raw`exec\s+[\w.[\]]+`,
  String.raw`execute\s+(?:immediate\b|\w+\.\w+|[suc]p_\w+|xp_\w+)`,
  String.raw`call\s+[\w.` + '`"]+' + String.raw`\(`,
];
const SQL = new RegExp(`${ASCII_BEGIN}(?:${STATEMENTS.join('|')})[\\s\\S]*`, 'gi');

/** Words beside an address that are none: kinds of machines, articles, products. */
const MACHINE_WORDS =
  'the|a|an|its|this|that|any|all|your|our|host|hostname|server|servers|machine|address|endpoint|source|destination|target|local|remote|master|slave|replica|standby|primary|secondary|peer|cluster|node|nodes|instance|db|dbms|database|databases|service|mysql|mariadb|postgres|postgresql|oracle|sqlserver|mongodb|mongo|redis|kafka|gaussdb|taurusdb|dds|rds|drs|dws|sql|ddm|ssl|tls|tcp|ip|port|zookeeper|elasticsearch|broker|brokers|client|user|users|username|account|password|data|at|on|to';
/** Words that follow a machine in a sentence. */
const VERBS =
  'connection|connections|is|was|are|were|be|been|being|has|have|had|does|did|do|not|no|cannot|can|could|may|might|must|should|will|would|failed|fails|failure|timed|timeout|lost|closed|refused|denied|reset|error|and|or|but|because|when|while|after|before|during|over|via|using|with|without|for|from|by|in|of|as|if|due|until|which|already|still|too|it|them|there|port|unreachable|unavailable|down|established|successfully|again';
const NO_MACHINE = `(?!(?:${MACHINE_WORDS}|${VERBS})(?![\\w.-]))`;
const MACHINE = String.raw`[a-z0-9](?:[\w.-]*[a-z0-9])?(?::\d{1,5})?`;
const MACHINE_KINDS = `(?:(?:${MACHINE_WORDS})\\s+)*`;
const OUT_OF_REACH = String.raw`(?=\s+(?:(?:is|was|are|were)\s+(?:unreachable|unavailable|down|offline|not\s+(?:reachable|available|responding))|(?:cannot|could\s+not|can't|couldn't)\s+be\s+(?:reached|resolved|connected|found)|(?:does|did)\s+not\s+(?:respond|answer)|(?:refused|timed\s+out|connection)))`;
/** What a machine is called before its name. */
const MACHINES = `${ASCII_BEGIN}(?:host|hostname|server|address|endpoint)`;
/** Chinese names of machines; the second list also stands before names that may be told. */
const MACHINES_ZH = '主机名|主机|服务器|节点|地址|域名';
const DATABASES_ZH = '数据库实例|数据库|实例|源数据库|目标数据库|源库|目标库|源端|目标端';
const PRODUCTS =
  '(?!ora-\\d|(?:sqlstate|errno|error|http|mysql|mariadb|postgresql|postgres|oracle|mongodb|redis|kafka|gaussdb|sql|drs|ip|ssl)(?![\\w.-]))';

/** Words behind *user* that are nobody's name. */
const NO_USER = `(?!(?:${VERBS}|the|a|an|this|that|who|name|names|names?pace|privilege|privileges|permission|permissions|account|accounts|table|tables|data|database|defined|variable|variables|id|ids|role|roles|group|groups|password|passwords|input|type|session|sessions|connection|connections|limit|resource|resources|specified|mapping|mappings|only|level|mode|interface|error|exists|lacks|needs|requires)(?![\\w.-]))`;
const NO_USER_ZH =
  '(?!没|缺|不|无|未|已|权限|密码|名|需|必须|请|应|执行|登录|连接|认证|创建|删除|存在|被|在|对|是|为|具有|拥有|的|或|和|与)';
const USERS_ZH = '(?:用户名|用户|账号)';
const USER = String.raw`[\p{L}\p{N}_$#][\p{L}\p{N}_$#.@%-]*`;

const TOP_LEVEL = 'com|net|org|cn|io|local|localdomain|internal|intranet|lan|corp|cloud|svc|home';

type Rule = readonly [pattern: RegExp, replacement: string];

/** In this order: what is certain to be private first, so that later rules see less. */
const RULES: readonly Rule[] = [
  [/\bjdbc:[^\s'"，。；]+/gi, HIDDEN],
  [/(?<![a-z0-9_+.-])[+.-]*[a-z][a-z0-9+.-]*:\/\/[^\s'"<>)\]}，。；]+/gi, HIDDEN],
  [/(Duplicate entry\s+)(?:.*(\s+for key)|\S.*)/giu, `$1'${HIDDEN}'$2`],
  [/(dup key:\s*)\{.*(?:\}|$)/giu, `$1{${HIDDEN}}`],
  [/(duplicate key value is\s*)\(.*/giu, `$1(${HIDDEN})`],
  [/(\bKey \([^)]*\)\s*=\s*|\brow contains )\((?:.*\)|.*$)/gi, `$1(${HIDDEN})`],
  [rule(`((?:${ASCII_BEGIN}(?:sql|statement|query)|语句)\\s*[:=：]\\s*)[\\s\\S]+`), `$1${HIDDEN}`],
  [SQL, HIDDEN],
  [
    rule(`${ASCII_BEGIN}(password|passwd|pwd|secret|token|access[_ ]?key)(\\s*[:=：]\\s*)(?!(?:YES|NO)\\b)\\S+`),
    `$1$2${HIDDEN}`,
  ],
  [
    rule(
      `${ASCII_BEGIN}((?:password|passwd|pwd|secret|token)\\s+(?:is|was|of|being)\\s+)(?!(?:${VERBS}|the|a|an|incorrect|wrong|invalid|expired|empty|missing|required|weak|short|null|user|not)(?![\\w-]))[^\\s,;)]+`,
    ),
    `$1${HIDDEN}`,
  ],
  [rule(`${ASCII_BEGIN}((?:using|with|by) password\\s+)(?!(?:${VERBS})(?![\\w-]))[^\\s,;)]+`), `$1${HIDDEN}`],
  [/((?:密码|口令|密钥)\s*(?:[:=：]|是|为)\s*)(?!空|无|null)[^\s，。；,;)）]+/giu, `$1${HIDDEN}`],
  [/(['"`])[^'"`\s]*\1@(['"`])[^'"`\s]*\2/g, `$1${HIDDEN}$1@$2${HIDDEN}$2`],
  [/(?<![\p{L}\p{N}.+_-])[\p{L}\p{N}.+_-]+@[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*/gu, HIDDEN],
  [
    rule(`((?:${BEGIN}(?:user|username|user name|role|account|login)|${USERS_ZH})\\s*[:=：]?\\s*)(['"\`])[^'"\`]*\\2`),
    `$1$2${HIDDEN}$2`,
  ],
  [
    rule(`${ASCII_BEGIN}(user|username|user name|role|account|login|db_user)(\\s*[:=]\\s*)[^\\s'"\`,;)]+`),
    `$1$2${HIDDEN}`,
  ],
  [rule(`${ASCII_BEGIN}(user(?:name)?\\s+)${NO_USER}${USER}`), `$1${HIDDEN}`],
  [rule(`(${USERS_ZH}\\s*[:=：]?\\s*)${NO_USER_ZH}(?:[A-Za-z0-9_$#][\\w$#.@%-]*)`), `$1${HIDDEN}`],
  [rule(`(${USERS_ZH}(?:\\s*[:=：]\\s*|\\s+))${NO_USER_ZH}[^\\s'"\`,;，。；、）)•]+`), `$1${HIDDEN}`],
  [rule(`${ASCII_BEGIN}((?:sid|service[ _]name)\\s*[:=]?\\s*)${NO_MACHINE}[a-z0-9_][\\w.$#-]*`), `$1${HIDDEN}`],
  [/(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?(?:\/\d{1,2})?(?![\d.]*\d)/g, HIDDEN],
  [/(?<![\p{L}\p{N}:])(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}(?![\p{L}\p{N}:])/giu, HIDDEN],
  [
    /(?<![\p{L}\p{N}:])(?=[0-9a-f:]*[0-9a-f])(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?(?![\p{L}\p{N}:])/giu,
    HIDDEN,
  ],
  [rule(`((?:${MACHINES}|${MACHINES_ZH})\\s*[:=：]\\s*)(['"]?)[^\\s'",;)，。]+\\2`), `$1${HIDDEN}`],
  [rule(`(${MACHINES}\\s+)(['"])[^'"]+\\2`), `$1$2${HIDDEN}$2`],
  [rule(`(${MACHINES}\\s+)(?=[^\\s,;]*[\\d.-])[a-z0-9][\\w.-]*[a-z0-9](?::\\d{2,5})?`), `$1${HIDDEN}`],
  [rule(`${ASCII_BEGIN}((?:unknown host|no such host|resolve(?: host)?)\\s+)${NO_MACHINE}${MACHINE}`), `$1${HIDDEN}`],
  [
    rule(`${ASCII_BEGIN}(connect(?:ed|ing|ions?)?\\s+(?:to|with|from)\\s+${MACHINE_KINDS})${NO_MACHINE}${MACHINE}`),
    `$1${HIDDEN}`,
  ],
  [
    rule(
      `${ASCII_BEGIN}((?:host|server|database|db|instance|node|master|replica|slave|primary|standby|source|target)\\s+)${NO_MACHINE}${MACHINE}${OUT_OF_REACH}`,
    ),
    `$1${HIDDEN}`,
  ],
  [rule(`((?:${MACHINES_ZH})\\s*)${PRODUCTS}${MACHINE}`), `$1${HIDDEN}`],
  [rule(`(连接(?:到|至)?\\s*(?:${DATABASES_ZH})?\\s*)${PRODUCTS}${MACHINE}`), `$1${HIDDEN}`],
  [
    rule(
      `((?:${DATABASES_ZH})\\s*)${PRODUCTS}${MACHINE}(?=\\s*(?:无法|不能|不可|未能|连接|连不上|拒绝|超时|没有响应|宕机|断开))`,
    ),
    `$1${HIDDEN}`,
  ],
  [/\b(to|at|from|with)(\s+)(?=[\w-]*[a-z])[\w-]+:\d{2,5}\b/gi, `$1$2${HIDDEN}`],
  [/(?<![\w.-])[.-]*[a-z0-9][\w-]*(?:\.[\w-]+)*\.[a-z][\w-]*:\d{2,5}\b/gi, HIDDEN],
  [new RegExp(`(?<![\\w.-])[.-]*(?:[a-z0-9][a-z0-9-]*\\.)+(?:${TOP_LEVEL})\\b(?![.\\w-])`, 'gi'), HIDDEN],
  // Three names with dots between are a host, unless somebody calls them a column.
  [
    new RegExp(
      `(?<!(?:${CAPITALISED_NOUNS})\\s*[:=：]?\\s*['"\`]?)(?<![A-Za-z0-9_.-])(?:[A-Za-z0-9][A-Za-z0-9-]*\\.){2,}(?:[a-z][a-z0-9-]+|[A-Z][A-Z0-9-]+)(?![\\w-])(?!\\.\\w)`,
      'g',
    ),
    HIDDEN,
  ],
  [/(\/(?:home|Users)\/)[^\s/'"]+/g, `$1${HIDDEN}`],
];

function rule(pattern: string): RegExp {
  return new RegExp(pattern, 'giu');
}

/** A quoted piece that does not begin inside a word, so that `doesn't` opens nothing. */
const QUOTED = /(?<![A-Za-z0-9_])(['"“])((?:\\.|''|(?!['"”]).)*)(['"”])(?![A-Za-z0-9_])/gu;

/** A quote behind which there is no other of its kind. */
const OPEN_QUOTE = /(?<![A-Za-z0-9_])(?:'[^']*|"[^"]*|“[^”]*)$/u;
const LAST_WORD = /[\s,;，。；、][^\s,;，。；、]*$/u;

/**
 * An error text without what is nobody's business in a chat, a log or a database: hosts, addresses, users, passwords,
 * connection URLs, SQL, and quoted data. Codes, tables, columns and the sentence stay. One line of limited length, made
 * of the first 1,000 characters; safe to apply twice.
 */
export function maskPrivate(text: string): string {
  let masked = hideCutPiece(
    text,
    storableText(cutText(text))
      .replace(/[\p{Cc}\s]+/gu, ' ')
      .trim(),
  );
  // What one rule leaves may be what an earlier one matches.
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const before = masked;
    masked = applyRules(masked);
    if (masked === before) break;
  }
  const characters = Array.from(masked);
  return characters.length <= MAX_KEPT ? masked : `${characters.slice(0, MAX_KEPT - 1).join('')}…`;
}

/** Where a text was cut, its last word may be half of something private, and a quote may be open that closes further on. */
function hideCutPiece(whole: string, kept: string): string {
  if (whole.length <= MAX_TEXT) return kept;
  const quote = kept.search(OPEN_QUOTE);
  if (quote !== -1) return `${kept.slice(0, quote + 1)}${HIDDEN}`;
  const lastGap = kept.search(LAST_WORD);
  return lastGap === -1 ? kept : kept.slice(0, lastGap);
}

function applyRules(text: string): string {
  let masked = text;
  for (const [pattern, replacement] of RULES) masked = masked.replace(pattern, replacement);
  return masked.replace(QUOTED, (whole: string, open: string, inside: string, close: string, at: number) =>
    CLAUSE.test(inside) || (NAMED.test(masked.slice(Math.max(0, at - MAX_NOUN), at)) && IDENTIFIER.test(inside))
      ? whole
      : `${open}${HIDDEN}${close}`,
  );
}
