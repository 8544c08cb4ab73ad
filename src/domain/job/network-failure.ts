import { explanation } from './explanation.ts';
import type { Explanation } from './explanation.ts';

/** Errors in errors are looked through to this depth. */
const MAX_CAUSES = 8;

/** The other side showed a certificate that nobody trusted here has signed. */
const UNTRUSTED = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_GET_ISSUER_CERT',
]);
/** Its certificate is for another time or another name. */
const UNFIT = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'ERR_TLS_CERT_ALTNAME_INVALID']);
/** It does not speak TLS, or another version of it. */
const NOT_TLS = new Set(['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG']);
const NO_NAME = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME']);

/**
 * Why no answer came from a host, from whatever Node, undici or Slack's library has thrown: the name, the connection, the
 * certificate, or a proxy in between.
 *
 * @param host as people write it, with its port where it is not the usual one
 */
export function explainNetworkFailure(error: unknown, host: string): Explanation {
  const chain = causesOf(error);
  const proxy = chain.find((one) => 'proxy' in one);
  const reason = chain.map(codeOf).find((code) => code !== null) ?? 'connection failed';
  if (proxy !== undefined && 'proxy' in proxy) {
    const at = { host, proxy: String(proxy.proxy) };
    const status = 'status' in proxy && typeof proxy.status === 'number' ? proxy.status : null;
    if (status === null) return explanation('proxy_unreachable', { ...at, reason });
    return explanation(status === 407 || status === 401 ? 'proxy_wants_password' : 'proxy_refused', {
      ...at,
      reason: `HTTP ${status}`,
    });
  }
  if (NO_NAME.has(reason)) return explanation('host_unknown', { host, reason });
  if (UNTRUSTED.has(reason)) return explanation('certificate_untrusted', { host, reason });
  if (UNFIT.has(reason)) return explanation('certificate_unfit', { host, reason });
  if (NOT_TLS.has(reason)) return explanation('not_tls', { host, reason });
  return explanation('unreachable', { host, reason });
}

/** What no waiting mends: somebody must change a setting, a certificate or a proxy. */
const STAYING: ReadonlySet<Explanation['key']> = new Set([
  'proxy_wants_password',
  'certificate_untrusted',
  'certificate_unfit',
  'not_tls',
]);

/** Whether it may go away by itself. */
export function mayPass({ key }: Explanation): boolean {
  return !STAYING.has(key);
}

/** An error and what it came from, outermost first; of several attempts, the first one. */
function causesOf(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  let next = error;
  while (next instanceof Error && chain.length < MAX_CAUSES) {
    chain.push(next);
    next = next.cause ?? (next instanceof AggregateError ? next.errors[0] : undefined);
  }
  return chain;
}

/** The system's own name for what went wrong; libraries put names of their own around it. */
function codeOf(error: Error): string | null {
  if (error.name === 'TimeoutError') return 'no answer in time';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  return code === null || code.startsWith('slack_') ? null : code;
}
