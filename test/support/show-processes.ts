import { afterEach } from 'vitest';

import { describeProcesses } from './bot-process.ts';

/** Whoever reads of a failed test reads what the processes it had started said, and how they ended. */
afterEach(({ task }) => {
  const { result } = task;
  if (result?.state !== 'fail') return;
  for (const description of describeProcesses(result.startTime ?? 0)) console.error(description);
});
