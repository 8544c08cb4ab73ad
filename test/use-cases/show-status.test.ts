import { expect, test } from 'vitest';

import { showStatus } from '../../src/use-cases/showing/show-status.ts';
import { reported } from '../support/reports.ts';
import { CONNECTION, jobNumber, listing, openDesk, WORKSPACE } from '../support/desk.ts';

const [PARENT, OTHER, PART] = [jobNumber(1), jobNumber(2), jobNumber(3)];
const HERE = { workspaceId: WORKSPACE, channelId: 'C0' };

/** Statements that read all that is known of a job, and of its sub-jobs. */
function reads(statements: readonly string[]) {
  const from = (table: string) =>
    statements.filter((text) => text.startsWith('select') && text.includes(`from "${table}"`));
  return {
    jobs: from('jobs').filter((text) => text.includes('*') || text.includes('"state"')).length,
    subJobs: from('listed_jobs').filter((text) => text.includes('"parent_id" in')).length,
  };
}

test.each(['INCRE_TRANSFER_STARTED', 'INCRE_TRANSFER_FAILED'])(
  'a status of a job that is %s reads its row and its sub-jobs once',
  async (status) => {
    await using desk = await openDesk({ askAgainMs: 0 });
    const listed = listing([{ jobId: PARENT }, { jobId: OTHER }, { jobId: PART, parentId: PARENT }]);
    desk.list = () => listed;
    await desk.context.store.saveJobList({ connectionId: CONNECTION, listing: listed, now: desk.clock.now() });
    await desk.watch('C0', PARENT, OTHER);
    for (const jobId of [PARENT, OTHER, PART]) desk.answers.set(jobId, reported(status, { jobId }));
    await desk.tick();
    desk.statements.length = 0;
    const { jobs } = await showStatus(desk.context, HERE, [PARENT, OTHER], 'en');
    expect(jobs).toMatchObject([
      { reading: { kind: 'known', job: { jobId: PARENT } }, subJobs: 1 },
      { reading: { kind: 'known', job: { jobId: OTHER } }, subJobs: 0 },
    ]);
    expect(reads(desk.statements)).toEqual({ jobs: 2, subJobs: 1 });
  },
);
