import { existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { databasePath } from '../../src/store/sqlite/address.ts';
import { cannotUse } from '../../src/store/sqlite/describe-failure.ts';
import { openStore } from '../../src/store/open-store.ts';
import { checkDatabase } from '../../src/store/sqlite/check-database.ts';
import { describeUnfitFileSystem, fileSystemOf } from '../../src/store/sqlite/file-system.ts';

const clock = () => Date.UTC(2026, 10, 24, 3, 2);

/** A store with one workspace in a folder of its own. */
async function startStore() {
  const path = join(mkdtempSync(join(tmpdir(), 'drs-bot-place-')), 'bot.db');
  const store = await openStore(`sqlite:${path}`, { clock });
  const before = await store.findPlace();
  await store.openWorkspace({ id: 'T1', name: 'Acme', at: 1 });
  return { path, store, before, savedAs: path.replace('bot.db', 'bot.saved-20261124T030200Z.db') };
}

const removeFile = (path: string) => {
  for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`);
};

describe('the place of a database', () => {
  test('is new until a bot has worked with it', async () => {
    const { path, store, before } = await startStore();
    expect(before).toEqual({ path, isNew: true, bytes: statSync(path).size, subscriptions: 0 });
    expect((await store.findPlace()).isNew).toBe(false);
    await store.close();
  });

  test('is where it was as long as its path leads to the file that is open', async () => {
    const { path, store, savedAs } = await startStore();
    expect(store.findDisplacement()).toBeNull();
    await store.close();
    expect(existsSync(savedAs)).toBe(false);
    expect(existsSync(path)).toBe(true);
  });

  test('that was removed is noticed, and everything is saved while it is still open, and once more at the end', async () => {
    const { path, store, savedAs } = await startStore();
    removeFile(path);
    expect(store.findDisplacement()).toEqual({ path, how: 'gone', savedAs });
    await store.saveDisplaced();
    await store.openWorkspace({ id: 'T2', name: 'Later', at: 2 });
    await store.close();
    renameSync(savedAs, path);
    const again = await openStore(`sqlite:${path}`, { clock });
    expect((await again.findPlace()).isNew).toBe(false);
    await again.openConnection({ id: 'c', name: 'c', endpoint: 'https://x', projectId: 'p', at: 1 });
    expect(await again.listWatchingChannels('T2')).toEqual([]);
    await again.close();
  });

  test('where another file stands now is noticed, and so is that it is back', async () => {
    const { path, store, savedAs } = await startStore();
    renameSync(path, `${path}.away`);
    await (await openStore(`sqlite:${path}`, { clock })).close();
    expect(store.findDisplacement()).toEqual({ path, how: 'replaced', savedAs });
    renameSync(`${path}.away`, path);
    expect(store.findDisplacement()).toBeNull();
    await store.close();
  });

  test('in memory cannot be lost sight of', async () => {
    const store = await openStore('sqlite::memory:', { clock });
    expect(store.findDisplacement()).toBeNull();
    expect(await store.findPlace()).toMatchObject({ path: null, isNew: true });
    await store.close();
  });
});

describe('the address of a database', () => {
  test.each([
    ['sqlite:~/bot.db', '~ is not replaced with a home folder here; write the whole path'],
    ['sqlite:file:/data/bot.db', 'it is sqlite: and a path, without file:'],
    ['sqlite:/data/bot.db?mode=rwc', 'options such as ?mode=… mean nothing here; write the path alone'],
    ['sqlite:$HOME/bot.db', '$ and % stand for nothing here; write the whole path'],
    ['sqlite:%APPDATA%/bot.db', '$ and % stand for nothing here; write the whole path'],
    ['sqlite:///data/bot.db', 'it is sqlite: and a path, without // before it'],
    ['sqlite: /data/bot.db', 'there is a blank before or behind the path'],
    ['sqlite:/data/', 'this names a folder; add the name of the file'],
  ])('%s is refused: what it seems to say would not happen', (url, oddity) => {
    expect(() => databasePath(url)).toThrow(
      `DATABASE_URL is ${JSON.stringify(url)}: ${oddity}, like sqlite:data/drs-bot.db.`,
    );
  });

  test.each([
    'sqlite::memory:',
    'sqlite:data/drs-bot.db',
    'sqlite:/var/lib/my bot/drs-bot.db',
    'sqlite:C:\\bot\\bot.db',
  ])('%s is taken', (url) => {
    expect(`sqlite:${databasePath(url)}`).toBe(url);
  });
});

test('a folder where the file should be is named as that, and keeps its own mode', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'drs-bot-folder-'));
  const mode = () => statSync(folder).mode;
  const before = mode();
  const sentence = `DATABASE_URL names a folder, ${folder}: add the name of the file, as in sqlite:${folder}/drs-bot.db.`;
  await expect(openStore(`sqlite:${folder}`, { clock })).rejects.toThrow(sentence);
  expect((await checkDatabase(`sqlite:${folder}`)).findings).toContainEqual({
    kind: 'bad',
    about: 'Database',
    says: sentence,
  });
  expect(mode()).toBe(before);
});

describe('the file system', () => {
  const MOUNTS = [
    'overlay / overlay rw 0 0',
    'C:\\134 /mnt/c 9p rw,aname=drvfs 0 0',
    'server:/export /srv/my\\040share nfs4 rw 0 0',
    '/dev/sdb1 /srv/my\\040share/local ext4 rw 0 0',
    'grpcfuse /Users fuse.grpcfuse rw 0 0',
    '//nas/x /nas cifs rw 0 0',
    'ntfs /usb fuseblk rw 0 0',
  ].join('\n');

  test.each([
    ['/mnt/c/bot/bot.db', '9p'],
    ['/srv/my share/bot.db', 'nfs4'],
    ['/Users/ana/bot.db', 'fuse.grpcfuse'],
    ['/nas/bot.db', 'cifs'],
  ])('of %s is named, with a local disk as the way out', (path, kind) => {
    const sentence = `The database ${path} is on a file system of the kind ${kind}, on which SQLite's locks and shared memory do not work: put it on a local disk of this machine, and set DATABASE_URL.`;
    expect(describeUnfitFileSystem(path, MOUNTS)).toBe(sentence);
    const error = Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_SHMMAP' });
    expect(cannotUse(`sqlite:${path}`, error, MOUNTS)).toBe(`${sentence} (disk I/O error)`);
  });

  test.each([
    ['/var/lib/bot.db', 'overlay'],
    ['/srv/my share/local/bot.db', 'ext4'],
    ['/usb/bot.db', 'fuseblk'],
    ['/mnt/cc/bot.db', 'overlay'],
  ])('of %s is fit', (path, kind) => {
    expect(fileSystemOf(path, MOUNTS)).toBe(kind);
    expect(describeUnfitFileSystem(path, MOUNTS)).toBeNull();
    const error = Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_WRITE' });
    expect(cannotUse(`sqlite:${path}`, error, MOUNTS)).toContain('check the disk, its quota');
  });

  test('is not known where the system does not tell', () => {
    expect(fileSystemOf('/x', null)).toBeNull();
    expect(describeUnfitFileSystem('/x', null)).toBeNull();
  });
});
