import { createHash, createHmac } from 'node:crypto';

const ALGORITHM = 'SDK-HMAC-SHA256';

/** A request as it is sent. */
export interface UnsignedRequest {
  readonly method: string;
  /** With its query, encoded. */
  readonly url: string;
  /** Every header that is to be signed, `X-Sdk-Date` among them; names with `_` are left out of the signature. */
  readonly headers: Readonly<Record<string, string>>;
  /** The very text that is sent; empty for none. */
  readonly body: string;
}

/** `YYYYMMDDTHHMMSSZ` in UTC, for `X-Sdk-Date`. */
export function sdkDate(at: number): string {
  return new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/**
 * The `Authorization` header for a request signed with an access key (API request signing guide, `SDK-HMAC-SHA256`).
 * Pure: the date is the request's own header.
 */
export function signRequest(request: UnsignedRequest, accessKey: string, secretKey: string): string {
  const date = lowerCased(request.headers)['x-sdk-date'] ?? '';
  const toSign = `${ALGORITHM}\n${date}\n${sha256(canonicalRequest(request))}`;
  const signature = createHmac('sha256', secretKey).update(toSign).digest('hex');
  const signed = signedNames(request.headers).join(';');
  return `${ALGORITHM} Access=${accessKey}, SignedHeaders=${signed}, Signature=${signature}`;
}

/** The one way of writing a request that both sides arrive at. */
export function canonicalRequest({ method, url, headers, body }: UnsignedRequest): string {
  const { pathname, search } = new URL(url);
  const values = lowerCased(headers);
  const names = signedNames(headers);
  const headerLines = names.map((name) => `${name}:${(values[name] ?? '').trim()}\n`).join('');
  return [
    method.toUpperCase(),
    canonicalPath(pathname),
    canonicalQuery(search),
    headerLines,
    names.join(';'),
    sha256(body),
  ].join('\n');
}

/** The query with its keys and values in order, encoded as RFC 3986 has it. */
export function canonicalQuery(search: string): string {
  return [...new URLSearchParams(search)]
    .map(([name, value]) => ({ name: encode(name), value: encode(value) }))
    .toSorted((one, other) => compare(one.name, other.name) || compare(one.value, other.value))
    .map(({ name, value }) => `${name}=${value}`)
    .join('&');
}

/** Signed as if it ended in a slash, whether or not it is sent so. */
function canonicalPath(pathname: string): string {
  const path = pathname
    .split('/')
    .map((segment) => encode(decodeURIComponent(segment)))
    .join('/');
  return path.endsWith('/') ? path : `${path}/`;
}

function signedNames(headers: UnsignedRequest['headers']): readonly string[] {
  return Object.keys(lowerCased(headers))
    .filter((name) => !name.includes('_'))
    .toSorted(compare);
}

function lowerCased(headers: UnsignedRequest['headers']): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
