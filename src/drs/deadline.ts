/**
 * Runs `work` with a signal that aborts after `ms`, or together with `outer`. It leaves neither timer nor listener behind;
 * `AbortSignal.any` would, for as long as `outer` lives.
 */
export async function withDeadline<T>(
  ms: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ending = new AbortController();
  const end = () => ending.abort();
  const timer = setTimeout(end, ms);
  outer?.addEventListener('abort', end, { once: true });
  if (outer?.aborted === true) end();
  try {
    return await work(ending.signal);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', end);
  }
}
