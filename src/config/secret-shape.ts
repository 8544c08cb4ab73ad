/** Who knows the signing secret can speak for Slack, and a short one can be guessed. Slack's have 32 characters. */
const SHORTEST_SIGNING_SECRET = 16;
/** How long the two parts of an access key are (drs-api: "My Credentials → Access Keys"). */
const USUAL_LENGTH: Readonly<Record<string, number>> = { HUAWEICLOUD_SDK_AK: 20, HUAWEICLOUD_SDK_SK: 40 };
/** What stands in examples. */
const PLACEHOLDERS: readonly RegExp[] = [
  /^<.*>$/,
  /^(?:x+|\*+|•+|\.+|…|\?+)$/i,
  /(?:your|change|replace)[-_ ]?(?:me|own|it|this|here|app|bot|access|secret|signing|api|password|token|key)/i,
  /^(?:xox[a-z]|xapp)-(?:…|\.{2,}|x{3,}|\*+|•+)/i,
  /^(?:todo|tbd|none|null|undefined|placeholder|example)$/i,
];

/**
 * Why a value cannot be the secret, by its looks alone; null when it can.
 *
 * @param name of the setting
 */
export function findWrongShape(name: string, value: string): string | null {
  if (/^\$(?:\{\w+\}|\w+|\(.+\))$/.test(value))
    return `is ${value.startsWith('$(') ? 'a command' : 'the name of a variable'} that nobody has replaced with its value; put the secret itself there`;
  if (PLACEHOLDERS.some((pattern) => pattern.test(value)))
    return 'is still what stands in an example; put your own there';
  if (name === 'SLACK_SIGNING_SECRET' && value.length < SHORTEST_SIGNING_SECRET)
    return `has ${value.length} characters, and Slack's have 32; copy it again (Basic Information page of your Slack app)`;
  return null;
}

/** What is odd about the length of a secret, without being wrong everywhere; null for nothing, and for a secret that is not given. */
export function findOddLength(name: string, value: string | null): string | null {
  const usual = USUAL_LENGTH[name];
  if (usual === undefined || value === null || value.length === usual) return null;
  return `${name} has ${value.length} characters, and such keys have ${usual}: if the cloud refuses it, copy it again.`;
}
