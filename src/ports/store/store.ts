import type { AuditStore } from './audit.ts';
import type { ChannelStore } from './channels.ts';
import type { ConnectionStore } from './connections.ts';
import type { DetailStore } from './details.ts';
import type { JobListStore } from './job-list.ts';
import type { JobStore } from './jobs.ts';
import type { OperatorAlertStore } from './operator-alerts.ts';
import type { OutboxStore } from './outbox.ts';
import type { PlaceStore } from './place.ts';
import type { RequestStore } from './requests.ts';
import type { SampleStore } from './samples.ts';
import type { SightStore } from './sight.ts';
import type { SubscriptionStore } from './subscriptions.ts';
import type { ToldStore } from './told.ts';
import type { UpkeepStore } from './upkeep.ts';

/**
 * Everything that must survive. Each method is one transaction: all of it happens or none. Domain time is a parameter;
 * leases and pacing use the store's own clock. No method waits for the network. Whatever has to be written throws
 * `DiskFullError` when there is no room, with nothing done.
 */
export interface Store
  extends
    ConnectionStore,
    JobStore,
    JobListStore,
    DetailStore,
    SubscriptionStore,
    ToldStore,
    ChannelStore,
    AuditStore,
    OutboxStore,
    SampleStore,
    SightStore,
    OperatorAlertStore,
    UpkeepStore,
    PlaceStore,
    RequestStore {
  /** Waits for what is running and closes the database. What is open and no longer at its path is saved before. */
  close(): Promise<void>;
}
