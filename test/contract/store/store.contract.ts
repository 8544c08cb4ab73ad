import { describe } from 'vitest';

import { absenceContract } from './absence.contract.ts';
import { auditContract } from './audit.contract.ts';
import { channelContract } from './channels.contract.ts';
import { connectionContract } from './connections.contract.ts';
import type { OpenStore } from './contract-desk.ts';
import { detailContract } from './details.contract.ts';
import { figuresContract } from './figures.contract.ts';
import { jobListContract } from './job-list.contract.ts';
import { jobContract } from './jobs.contract.ts';
import { operatorAlertContract } from './operator-alerts.contract.ts';
import { outboxContract } from './outbox.contract.ts';
import { placeContract } from './place.contract.ts';
import { requestContract } from './requests.contract.ts';
import { sampleContract } from './samples.contract.ts';
import { sightContract } from './sight.contract.ts';
import { subscriptionContract } from './subscriptions.contract.ts';
import { toldContract } from './told.contract.ts';
import { pruneContract } from './upkeep.contract.ts';

const CONTRACTS: readonly (readonly [subject: string, contract: (open: OpenStore) => void])[] = [
  ['connections', connectionContract],
  ['jobs', jobContract],
  ['absence', absenceContract],
  ['the list of jobs', jobListContract],
  ['details', detailContract],
  ['subscriptions', subscriptionContract],
  ['channels', channelContract],
  ['the outbox', outboxContract],
  ['what was told of a job', toldContract],
  ['sight', sightContract],
  ['samples', sampleContract],
  ['requests', requestContract],
  ['operator alerts', operatorAlertContract],
  ['the audit', auditContract],
  ['upkeep', pruneContract],
  ['figures', figuresContract],
  ['the place', placeContract],
];

/** Every promise of the ports of the store, for any database; one file for each port. */
export function storeContract(open: OpenStore): void {
  describe.each(CONTRACTS)('%s', (_subject, contract) => {
    contract(open);
  });
}
