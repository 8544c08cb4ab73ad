import type { EpochMs } from '../../domain/base/time.ts';
import type { PlaceStore } from '../../ports/store/place.ts';
import type { Vitals } from '../upkeep/vitals.ts';

/** What showing the version takes. */
export interface ShowVersionDeps {
  readonly store: PlaceStore;
  readonly vitals: Vitals;
  readonly runtime: Pick<VersionReport, 'program' | 'node'>;
}

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
export async function showVersion({ store, vitals, runtime }: ShowVersionDeps): Promise<VersionReport> {
  return { ...runtime, schema: await store.findSchemaVersion(), startedAt: vitals.signs().startedAt };
}
