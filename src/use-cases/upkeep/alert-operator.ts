import type { AlertKind, OperatorAlert } from '../../domain/post/operator-alert.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { OperatorAlertStore } from '../../ports/store/operator-alerts.ts';

/** What an operator alert takes. */
export interface AlertDeps {
  readonly store: OperatorAlertStore;
  readonly connectionId: string;
  /** Where whoever runs the bot hears of what must be mended; null: in the log only. */
  readonly opsChannel: ChannelKey | null;
  readonly wakeLoops: () => void;
}

/** Something has been wrong since `now`: tells it unless that is known. */
export async function raiseAlert(
  { store, connectionId, opsChannel: channel, wakeLoops }: AlertDeps,
  kind: AlertKind,
  now: EpochMs,
  alert: OperatorAlert,
): Promise<void> {
  if (channel !== null && (await store.raiseAlert({ connectionId, channel, kind, now, alert }))) wakeLoops();
}

/** It is well again: tells it if something was wrong. */
export async function clearAlert(
  { store, connectionId, opsChannel: channel, wakeLoops }: AlertDeps,
  kind: AlertKind,
  now: EpochMs,
  alert: (since: EpochMs) => OperatorAlert,
): Promise<void> {
  if (channel !== null && (await store.clearAlert({ connectionId, channel, kind, now, alert }))) wakeLoops();
}
