import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { SIMULATED_KEYS } from './drs-simulator/simulator.ts';
import type { DrsSimulator } from './drs-simulator/simulator.ts';

/** What may stand behind `npm run demo --`, and what it shows. */
export const SIGN_INS = {
  '--password': 'the bot signs in with the password of an IAM user',
  '--temporary-key': 'the bot signs with a temporary access key and its security token',
  '--wrong-key': 'the bot starts with a wrong secret, says so and waits; key fix mends it',
  '--no-project': 'the bot is told a region that the credentials have no project in, and says what to do',
} as const;
type Option = keyof typeof SIGN_INS;

/** How the demo's bot signs in, and what can be done to its key meanwhile. */
export interface SignIn {
  /** Settings for the bot. */
  readonly env: Readonly<Record<string, string>>;
  /** The key gets another secret that the bot does not know. */
  rotateKey(): string;
  /** The key is locked, as after too many failed signatures. */
  lockKey(): string;
  /** The bot's own file gets the secret that works, and the key is open. */
  fixKey(): Promise<string>;
}

/** Which of them was asked for; null for the usual way, undefined for something there is not. */
export function parseSignIn(args: readonly string[]): Option | null | undefined {
  const [first, ...others] = args;
  if (first === undefined) return null;
  return others.length === 0 && isOption(first) ? first : undefined;
}

function isOption(text: string): text is Option {
  return Object.hasOwn(SIGN_INS, text);
}

/** @param folder where the secret may be kept in a file */
export async function prepareSignIn(option: Option | null, drs: DrsSimulator, folder: string): Promise<SignIn> {
  const region = option === '--no-project' ? 'eu-west-101' : 'ap-southeast-1';
  if (option === '--password') return withPassword(drs, region);
  const key = option === '--temporary-key' ? SIMULATED_KEYS.temporary : SIMULATED_KEYS.permanent;
  const { accessKey, securityToken } = key;
  const file = join(folder, 'secret-key');
  let secretKey: string = key.secretKey;
  await writeFile(file, option === '--wrong-key' ? 'not-the-secret' : secretKey);
  const token = securityToken === null ? {} : { HUAWEICLOUD_SDK_SECURITY_TOKEN: securityToken };
  return {
    env: { DRS_REGION: region, HUAWEICLOUD_SDK_AK: accessKey, HUAWEICLOUD_SDK_SK_FILE: file, ...token },
    rotateKey() {
      secretKey = randomUUID();
      drs.keys.set({ accessKey, secretKey, securityToken });
      return 'The access key has another secret now, and the bot does not know it.';
    },
    lockKey() {
      drs.keys.lock(accessKey);
      return 'The access key is locked for 5 minutes; the bot tries it again after 10. key fix opens it at once.';
    },
    async fixKey() {
      // Another secret as well: the bot asks again at once only when its file has changed.
      secretKey = randomUUID();
      drs.keys.set({ accessKey, secretKey, securityToken });
      await writeFile(file, secretKey);
      return "The key is open, and the bot's file has the right secret.";
    },
  };
}

function withPassword({ credentials, iam }: DrsSimulator, region: string): SignIn {
  const { domain, user, password } = credentials;
  const noKey = 'The bot signs in with a password here, so there is no key.';
  return {
    env: { DRS_REGION: region, IAM_DOMAIN: domain, IAM_USER: user, IAM_PASSWORD: password },
    rotateKey: () => noKey,
    lockKey() {
      iam.lock();
      iam.revokeTokens();
      return 'The IAM user is locked.';
    },
    fixKey: () => Promise.resolve(noKey),
  };
}
