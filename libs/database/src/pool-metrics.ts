import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import { gauges } from '#libs/metrics';

/** A pool of one service, as metrics name it. */
export interface PoolName {
  /** The service: several may share a process. */
  readonly service: string;
  readonly store: 'control-plane' | 'records' | 'records-replica';
}

/** Measures a data source's pool while it is open. */
export function watchPool(source: DataSource, { service, store }: PoolName): DataSource {
  const { master: pool } = source.driver as unknown as { master: Pool };
  const stop: () => void = gauges('pool', ['fairlead.database.connections', 'fairlead.database.connections_max'], (report) => {
    // One that was closed has nothing to tell, and is never opened again.
    if (!source.isInitialized) {
      stop();
      return;
    }
    const labels = { service, store };
    report('fairlead.database.connections', { ...labels, state: 'used' }, pool.totalCount - pool.idleCount);
    report('fairlead.database.connections', { ...labels, state: 'idle' }, pool.idleCount);
    report('fairlead.database.connections', { ...labels, state: 'waiting' }, pool.waitingCount);
    report('fairlead.database.connections_max', labels, pool.options.max);
  });
  return source;
}
