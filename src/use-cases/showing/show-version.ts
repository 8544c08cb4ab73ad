import type { EpochMs } from '../../domain/base/time.ts';
import type { Context } from '../context.ts';

/** What runs. */
export interface VersionReport {
  /** Of this program. */
  readonly program: string;
  readonly node: string;
  /** The database's last migration. */
  readonly schema: string;
  readonly startedAt: EpochMs;
}

/** What runs, and since when. */
export async function showVersion({ store, vitals, runtime }: Context): Promise<VersionReport> {
  return { ...runtime, schema: await store.findSchemaVersion(), startedAt: vitals.signs().startedAt };
}
