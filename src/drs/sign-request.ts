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
  const headers = signedHeaders(request);
  const date = headers.find(({ name }) => name === 'x-sdk-date')?.value ?? '';
  const toSign = `${ALGORITHM}\n${date}\n${sha256(canonicalRequest(request, headers))}`;
  const signature = createHmac('sha256', secretKey).update(toSign).digest('hex');
  return `${ALGORITHM} Access=${accessKey}, SignedHeaders=${namesOf(headers)}, Signature=${signature}`;
}

/** The one way of writing a request that both sides arrive at. */
export function canonicalRequest(request: UnsignedRequest, headers = signedHeaders(request)): string {
  const { pathname, search } = new URL(request.url);
  return [
    request.method.toUpperCase(),
    canonicalPath(pathname),
    canonicalQuery(search),
    headers.map(({ name, value }) => `${name}:${value.trim()}\n`).join(''),
    namesOf(headers),
    sha256(request.body),
  ].join('\n');
}

/** The query with its keys and values in order, encoded as RFC 3986 has it. */
export function canonicalQuery(search: string): string {
  if (search === '') return '';
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

/** A header that is part of the signature, its name in lower case. */
interface SignedHeader {
  readonly name: string;
  readonly value: string;
}

/** In the order in which they are signed. */
function signedHeaders({ headers }: UnsignedRequest): readonly SignedHeader[] {
  return Object.entries(headers)
    .map(([name, value]) => ({ name: name.toLowerCase(), value }))
    .filter(({ name }) => !name.includes('_'))
    .toSorted((one, other) => compare(one.name, other.name));
}

function namesOf(headers: readonly SignedHeader[]): string {
  return headers.map(({ name }) => name).join(';');
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
