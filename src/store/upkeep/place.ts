import type { StorePlace } from '../../ports/store/place.ts';
import type { Database, OpenPlace } from '../database.ts';
import type { Db } from '../rows/schema.ts';
import { StoreError } from '../rows/store-error.ts';

export async function findPlace(db: Db, place: OpenPlace): Promise<StorePlace> {
  const known = await db.selectFrom('workspaces').select('id').limit(1).executeTakeFirst();
  const { subscriptions } = await db
    .selectFrom('subscriptions')
    .select((eb) => eb.fn.countAll<number>().as('subscriptions'))
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow();
  return { path: place.path, isNew: known === undefined, bytes: place.countBytes(), subscriptions };
}

/** The id of no workspace. */
const PROBE = 'probe';

/** A row that comes and goes has to reach the disk; one that is written as it was would not, SQLite compares. */
export async function probeWrite(database: Database): Promise<void> {
  try {
    await database.db.transaction().execute(async (tx) => {
      await tx.insertInto('workspaces').values({ id: PROBE, name: PROBE, created_at: 0 }).execute();
      await tx.deleteFrom('workspaces').where('id', '=', PROBE).execute();
    });
  } catch (error) {
    throw new StoreError(database.explain(error), { cause: error });
  }
}
