import type { Metrics } from '../ports/metrics.ts';

const ignore = () => undefined;

/** For a bot whose figures nobody can fetch. */
export const NO_METRICS: Metrics = {
  turned: ignore,
  readDrs: ignore,
  decided: ignore,
  posted: ignore,
  edited: ignore,
  searched: ignore,
  removed: ignore,
};
