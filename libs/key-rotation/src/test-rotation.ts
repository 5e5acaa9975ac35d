import type { DataSource } from 'typeorm';
import { type Cipher, DataKeys, KeyPoll, loadCipher, type RootKey, RootKeys } from '#libs/crypto';
import { Database, LeaderLease, openDataSource, postgresOptions } from '#libs/database';
import { RecordsDatabase } from '#libs/records';
import { ColumnStore } from './column-store.js';
import { KeyRotations } from './key-rotations.service.js';
import { Resealer, type RotationOptions } from './resealer.js';
import { RotationRunner } from './rotation-runner.js';
import { RotationsRepository } from './rotations.repository.js';
import { Rotator } from './rotator.js';

/** One process of an installation, as far as keys go; everything it does on its own in a service is done on call here. */
export interface TestProcess {
  readonly db: Database;
  readonly cipher: Cipher;
  readonly poll: KeyPoll;
  readonly keys: DataKeys;
  readonly rotations: RotationsRepository;
  readonly rotator: Rotator;
  readonly runner: RotationRunner;
  readonly service: KeyRotations;
  readonly store: ColumnStore;
  /** Takes the open rotation as far as it goes now. */
  advance(goOn?: () => Promise<boolean>): Promise<void>;
  close(): Promise<void>;
}

/** @param name shown in `key_holders` */
export async function testProcess(
  url: string,
  roots: readonly RootKey[],
  name = 'test',
  given: Partial<RotationOptions> = {},
): Promise<TestProcess> {
  const options = { settleMs: 0, stretchMs: 0, ...given };
  const source: DataSource = await openDataSource(postgresOptions({ url, poolMax: 5, ssl: false, applicationName: name }));
  const db = new Database(source);
  const cipher = await loadCipher(source, roots);
  const keys = new DataKeys(db);
  const rootKeys = new RootKeys(roots);
  const poll = new KeyPoll(cipher, keys, rootKeys);
  const rotations = new RotationsRepository(db, keys);
  const store = new ColumnStore(db, new RecordsDatabase(source));
  const rotator = new Rotator(rotations, keys, rootKeys, new Resealer(store, rotations, cipher, options), poll, options);
  return {
    db,
    cipher,
    poll,
    keys,
    rotations,
    rotator,
    runner: new RotationRunner(rotations, rotator, new LeaderLease(db)),
    store,
    service: new KeyRotations(rotations, keys, rootKeys, store, cipher),
    async advance(goOn = () => Promise.resolve(true)) {
      const open = await rotations.current();
      if (open) await rotator.advance(open, goOn);
    },
    close: () => source.destroy(),
  };
}
