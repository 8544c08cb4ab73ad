import { sql } from 'kysely';

import type { Db } from '../rows/schema.ts';

/** Pages of the file given back at once: a few ms. */
const PAGES_AT_ONCE = 200;

/**
 * Moves what is at the end of the file into the holes that were deleted, and cuts the file; then the write-ahead log is
 * carried over as far as that holds nobody up.
 */
export async function giveRoomBack(db: Db): Promise<boolean> {
  const before = await freePages(db);
  if (before > 0) {
    await db.transaction().execute(async (tx) => {
      // The driver makes one step of a statement without rows, and SQLite frees one page with each.
      for (let page = 0; page < Math.min(before, PAGES_AT_ONCE); page++)
        await sql`pragma incremental_vacuum(1)`.execute(tx);
    });
  }
  await sql`pragma wal_checkpoint(passive)`.execute(db);
  const after = await freePages(db);
  return after > 0 && after < before;
}

async function freePages(db: Db): Promise<number> {
  const { rows } = await sql<{ freelist_count: number }>`pragma freelist_count`.execute(db);
  return rows[0]?.freelist_count ?? 0;
}
