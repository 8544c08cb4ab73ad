import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

const question = z.object({ jobs: z.array(z.string()) });

/** Rest of a result item of a job that replicates and never changes (DRS API Reference, table 5). */
const UNCHANGED = {
  progress: '100%',
  incre_trans_delay: '3',
  incre_trans_delay_millis: '3120',
  task_mode: 'FULL_INCR_TRANS',
  transfer_status: 'INCRE_TRANSFER_STARTED',
  process_time: '1210000',
  remaining_time: '0',
  progress_map: {
    db_structure: { completed: '100', remaining_time: '0' },
    table_structure: { completed: '100', remaining_time: '0' },
    data: { completed: '100', remaining_time: '0' },
    index: { completed: '100', remaining_time: '0' },
  },
};
const UNCHANGED_TEXT = JSON.stringify(UNCHANGED).slice(1);

/** Answers batch-progress for whatever ids, as fast as this can be done, so that it is not what is measured. */
export class Drs {
  /** Batch-progress requests so far. */
  requests = 0;
  /** How long it takes over an answer. */
  delayMs = 0;

  /** The body of an answer; null for what this DRS does not offer. */
  async answer(request: IncomingMessage): Promise<string | null> {
    if (!(request.url ?? '').endsWith('/jobs/batch-progress')) return null;
    this.requests += 1;
    const { jobs } = question.parse(JSON.parse(await textOf(request)));
    if (this.delayMs > 0) await sleep(this.delayMs);
    const items = jobs.map((jobId) => `{"job_id":${JSON.stringify(jobId)},${UNCHANGED_TEXT}`);
    return `{"count":${items.length},"results":[${items.join(',')}]}`;
  }
}

/** The body of a request. */
export async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (chunk instanceof Buffer) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
