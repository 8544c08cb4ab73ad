import { cutText, plainText } from '../base/text.ts';

/** The id of one DRS job: 36 characters, lower case, UUID-shaped but not hexadecimal. */
export type JobId = string & { readonly __brand: 'JobId' };

/**
 * Real ids end in `jb` and two or three more letters or digits, so a UUID validator rejects them
 * (DRS API Reference, "Querying the Full Task Progress and Incremental Task Delay", request example).
 */
const JOB_ID = /^[0-9a-z]{8}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{12}$/;

/** Characters that a job id may be made of, up to its full length. */
const JOB_ID_PREFIX = /^[0-9a-z]{4,8}(-[0-9a-z]{0,4}){0,3}$|^[0-9a-z]{8}(-[0-9a-z]{4}){3}-[0-9a-z]{0,12}$/;

/** Shown where a job has no name: long enough to be told apart and to be typed as a prefix. */
const SHORT_ID_LENGTH = 8;

/** A job id from what a person typed (any case and width, outer blanks) or a machine sent; null when it is not one. */
export function parseJobId(text: string): JobId | null {
  const candidate = plainText(text);
  return JOB_ID.test(candidate) ? (candidate as JobId) : null;
}

/** A piece of text that could be the beginning (at least 4 characters) of a job id, in lower case; else null. */
export function parseJobIdPrefix(text: string): string | null {
  const candidate = plainText(text);
  return JOB_ID_PREFIX.test(candidate) ? candidate : null;
}

/** What was typed is an address, such as one copied from the DRS console. */
export function isAddress(text: string): boolean {
  return /^<?https?:\/\//i.test(cutText(text).trim());
}

/** The job id in an address; where there are several ids, the one that looks most like a job's. Null without any. */
export function jobIdInAddress(text: string): JobId | null {
  const ids = decodedAddress(text)
    .toLowerCase()
    .match(/(?<![0-9a-z])[0-9a-z]{8}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{12}(?![0-9a-z])/g);
  const best = ids?.find((id) => /jb[0-9a-z]{2,3}$/.test(id)) ?? ids?.[0];
  return best === undefined ? null : parseJobId(best);
}

function decodedAddress(text: string): string {
  try {
    return decodeURIComponent(cutText(text));
  } catch {
    return cutText(text);
  }
}

/** The first 8 characters of an id. */
export function shortId(id: string): string {
  return id.slice(0, SHORT_ID_LENGTH);
}
