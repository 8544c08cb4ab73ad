import { editDistance } from '../domain/names/nearest.ts';

/** How settings begin that every program may have. */
const COMMON_PREFIXES: ReadonlySet<string> = new Set(['LOG_', 'DATABASE_']);
/** Names that other programs give an environment: Slack's command line, and Kubernetes for a service of this name. */
const OTHERS = /^SLACK_CLI_|_SERVICE_(?:HOST|PORT)(?:_|$)|_PORT(?:_\d+_(?:TCP|UDP)\w*)?$/;
/** Shorter names are too near to those of others. */
const MIN_GUARDED_LENGTH = 8;
/** Names of which every environment may have something like it. */
const COMMON: ReadonlySet<string> = new Set(['LOG_LEVEL']);
/** A name this long may differ in two letters and still be meant. */
const LONG = 12;

/** Names that are no settings, and look as if they were to be. */
export interface UnknownSettings {
  /** Misspelt: what was meant is not in force. */
  readonly problems: readonly string[];
  /** Perhaps somebody else's. */
  readonly warnings: readonly string[];
}

/**
 * @param names that have a value
 * @param settings every name there is
 * @param secrets those that `…_FILE` may give
 */
export function findUnknownSettings(
  names: readonly string[],
  settings: readonly string[],
  secrets: readonly string[],
): UnknownSettings {
  const files = secrets.map((name) => `${name}_FILE`);
  const known = new Set([...settings, ...files, 'ENV_FILE']);
  const guarded = [...known].filter((name) => name.length >= MIN_GUARDED_LENGTH && !COMMON.has(name));
  const prefixes = settings
    .flatMap((name) => /^[A-Z]+_/.exec(name)?.[0] ?? [])
    .filter((one) => !COMMON_PREFIXES.has(one));
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const name of names.filter((one) => !known.has(one) && !OTHERS.test(one))) {
    const meant = findMeant(name, guarded);
    const inFile = name.endsWith('_FILE') ? name.slice(0, -'_FILE'.length) : null;
    if (inFile !== null && known.has(inFile))
      problems.push(`${name}: is not read, because ${inFile} is no secret; set ${inFile} itself`);
    else if (meant !== null) problems.push(`${name}: there is no such setting; ${meant} was probably meant`);
    else if (prefixes.some((prefix) => name.startsWith(prefix)))
      warnings.push(`${name} is set, and is no setting of this bot: it changes nothing.`);
  }
  return { problems, warnings };
}

/** A difference of one letter, of two in a long name, or of small letters and capitals alone. */
function findMeant(name: string, guarded: readonly string[]): string | null {
  if (name.length < MIN_GUARDED_LENGTH) return null;
  const most = (meant: string) => (Math.min(name.length, meant.length) >= LONG ? 2 : 1);
  return guarded.find((meant) => editDistance(name.toUpperCase(), meant) <= most(meant)) ?? null;
}
