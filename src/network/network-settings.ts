import { X509Certificate } from 'node:crypto';

import type { NetworkSettings } from './network.ts';

/** Settings as given, without blanks. */
type Given = Readonly<Record<string, string | undefined>>;

/**
 * Reads what curl and most other programs read: `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, of which the lower-case one
 * wins, and `NODE_EXTRA_CA_CERTS`, which Node itself reads only where it was set before the process began.
 *
 * @param readText reads the file with the certificates
 * @param problems gets a sentence for each mistake; no value is shown, for a proxy's address may hold a password
 */
export function readNetworkSettings(
  given: Given,
  readText: (path: string) => string,
  problems: string[],
): NetworkSettings {
  return {
    httpProxy: readProxy('HTTP_PROXY', given, problems),
    httpsProxy: readProxy('HTTPS_PROXY', given, problems),
    noProxy: given['no_proxy'] ?? given['NO_PROXY'] ?? '',
    authorities: readAuthorities(given['NODE_EXTRA_CA_CERTS'], readText, problems),
  };
}

/** What the log must leave out: the passwords of proxies, as they are written and as they are meant. */
export function secretsOfNetwork({ httpProxy, httpsProxy }: NetworkSettings): readonly string[] {
  return [httpProxy, httpsProxy].flatMap((address) => {
    const password = address === null ? '' : new URL(address).password;
    return password === '' ? [] : [password, decode(password)];
  });
}

/** A proxy's address may leave `http://` out, as curl allows it. */
function readProxy(upper: string, given: Given, problems: string[]): string | null {
  const name = given[upper.toLowerCase()] === undefined ? upper : upper.toLowerCase();
  const stated = given[name];
  if (stated === undefined) return null;
  const address = /^[a-z][\w+.-]*:\/\//i.test(stated) ? stated : `http://${stated}`;
  if (URL.canParse(address) && /^https?:\/\//i.test(address)) return new URL(address).href;
  problems.push(`${name}: expected the address of an HTTP proxy like http://proxy.example.com:3128`);
  return null;
}

function readAuthorities(
  path: string | undefined,
  readText: (path: string) => string,
  problems: string[],
): string | null {
  if (path === undefined) return null;
  const name = 'NODE_EXTRA_CA_CERTS';
  try {
    const text = readText(path);
    if (isCertificates(text)) return text;
    problems.push(
      `${name}: ${path} holds no certificate in PEM; expected a file that begins with -----BEGIN CERTIFICATE-----`,
    );
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    problems.push(`${name}: ${path} cannot be read (${why}); expected a file with certificates in PEM`);
  }
  return null;
}

function isCertificates(text: string): boolean {
  try {
    return new X509Certificate(text).raw.length > 0;
  } catch {
    return false;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
