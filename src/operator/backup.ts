import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { readEnvFile } from '../config/env-file.ts';
import { databaseUrlIn } from '../config/environment.ts';
import { formatDuration } from '../domain/base/duration.ts';
import { OperatorError } from '../ports/operator-error.ts';
import { backUp } from '../store/sqlite/backup.ts';
import { databasePath } from '../store/sqlite/address.ts';
import { openDatabase } from '../store/sqlite/open-database.ts';

/** Beside the database, named after the time: `20261124T030200Z.db`. */
function usualPlace(database: string): string {
  const time = new Date().toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
  return join(dirname(database), 'backups', `${time}.db`);
}

async function backUpDatabase(url: string, target: string | undefined): Promise<string> {
  const database = databasePath(url);
  if (!existsSync(database)) {
    throw new OperatorError(
      `There is no database at ${database}: set DATABASE_URL to the one the bot uses (sqlite: and a path).`,
    );
  }
  const startedAt = performance.now();
  const db = openDatabase(url);
  try {
    const { path, bytes } = await backUp(db, target ?? usualPlace(database));
    const took = formatDuration(performance.now() - startedAt);
    return `${path} is a checked copy of ${database}: ${(bytes / 1e6).toFixed(1)} MB, made in ${took}.`;
  } finally {
    await db.destroy();
  }
}

try {
  console.log(await backUpDatabase(databaseUrlIn(readEnvFile(process.env).env), process.argv[2]));
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
