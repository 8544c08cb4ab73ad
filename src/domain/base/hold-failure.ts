/**
 * Work that has begun and is awaited later. Its failure is kept for whoever awaits it; without this, work that fails before
 * anybody awaits it, or after its starter has failed, ends the process. Whoever never awaits it must log the failure.
 */
export function holdFailure<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}
