import { SECRETS } from './environment.ts';
import type { Given } from './environment.ts';

/** Who knows the signing secret can speak for Slack, and a short one can be guessed. Slack's have 32 characters. */
const MIN_SIGNING_SECRET_LENGTH = 16;
/** How long the two parts of an access key are (Huawei Cloud console, "My Credentials → Access Keys"). */
const USUAL_LENGTH: Readonly<Record<string, number>> = { HUAWEICLOUD_SDK_AK: 20, HUAWEICLOUD_SDK_SK: 40 };
/** What stands in examples. */
const PLACEHOLDERS: readonly RegExp[] = [
  /^<.*>$/,
  /^(?:x+|\*+|•+|\.+|…|\?+)$/i,
  /(?:your|change|replace)[-_ ]?(?:me|own|it|this|here|app|bot|access|secret|signing|api|password|token|key)/i,
  /^(?:xox[a-z]|xapp)-(?:…|\.{2,}|x{3,}|\*+|•+)/i,
  /^(?:todo|tbd|none|null|undefined|placeholder|example)$/i,
];

/** A value with its quotes, as some files of settings have it. */
const QUOTED = /^(["'`])[^]*\1$|^[“‘][^]*[”’]$/;

/**
 * Why a value cannot be the secret, by its looks alone; null when it can.
 *
 * @param name of the setting
 */
function findWrongShape(name: string, value: string): string | null {
  if (/^\$(?:\{\w+\}|\w+|\(.+\))$/.test(value))
    return `is ${value.startsWith('$(') ? 'a command' : 'the name of a variable'} that nobody has replaced with its value; put the secret itself there`;
  if (PLACEHOLDERS.some((pattern) => pattern.test(value)))
    return 'is still what stands in an example; put your own there';
  if (name === 'SLACK_SIGNING_SECRET' && value.length < MIN_SIGNING_SECRET_LENGTH)
    return `has ${value.length} characters, and Slack's have 32; copy it again (Basic Information page of your Slack app)`;
  return null;
}

/**
 * What shows that a value is not the secret alone, but what a file of settings had around it: such a key signs wrongly, and
 * more than five wrong signatures lock it.
 *
 * @param isPassword people choose passwords, so anything may be in one
 * @returns what is wrong; null for nothing
 */
function findOddity(value: string, isPassword: boolean): string | null {
  if (/[\r\n]/.test(value)) return 'has a line break in it; expected the secret alone, on one line';
  if (QUOTED.test(value)) return 'has quotes around it; expected the secret without them';
  if (/\s#/.test(value)) return 'has a comment behind it; expected the secret alone';
  if (isPassword) return null;
  if (/\s/.test(value)) return 'has a blank in it; expected the secret alone';
  if (/["'`“”‘’]/.test(value)) return 'has a quote in it; expected the secret without quotes';
  return /^[\x21-\x7e]*$/.test(value) ? null : 'has a letter in it that no such secret has; copy it again';
}

/** What is odd about the length of a secret, without being wrong everywhere; null for nothing, and for a secret that is not given. */
export function findOddLength(name: string, value: string | null): string | null {
  const usual = USUAL_LENGTH[name];
  if (usual === undefined || value === null || value.length === usual) return null;
  return `${name} has ${value.length} characters, and such keys have ${usual}: if the cloud refuses it, copy it again.`;
}

/** Secrets that cannot be one, and those that still have around them what a file of settings had there. */
export function findOddSecrets(given: Given, stated: Given): readonly string[] {
  return SECRETS.flatMap((name) => {
    const path = stated[`${name}_FILE`];
    const value = given[name];
    if (value === undefined) return [];
    const oddity = findWrongShape(name, value) ?? findOddity(value, name === 'IAM_PASSWORD');
    if (oddity === null) return [];
    return [path === undefined ? `${name}: ${oddity}` : `${name}_FILE: the secret in ${path} ${oddity}`];
  });
}
