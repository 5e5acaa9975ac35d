import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { connectionHeaders } from '#libs/contracts';
import { Connections } from '#libs/credentials';
import { AppError, type ConnectionRowId, type EnvironmentId } from '#libs/kernel';
import { Records } from '#libs/records';
import { BASE_VARIANT, datasetOf } from '#libs/scheduling';
import type { PruneRecords, PruneReply, RecordsQuery } from './records.dto.js';

export type ConnectionHeaders = z.output<typeof connectionHeaders>;

/** Records of the connection a call names (spec/api.md §3.6). */
@Injectable()
export class RecordReader {
  constructor(
    private readonly connections: Connections,
    private readonly records: Records,
  ) {}

  /** The page as JSON: records are stored as text and sent on as such. @throws AppError `unknown_connection`, `invalid_query_params` */
  async pageText(environmentId: EnvironmentId, headers: ConnectionHeaders, query: RecordsQuery): Promise<string> {
    const { json } = await this.records.pageText({
      connectionId: await this.#connection(environmentId, headers),
      model: datasetOf(query.model, query.variant ?? BASE_VARIANT),
      cursor: query.cursor,
      limit: query.limit,
      filter: query.filter,
      ids: query.ids,
      modifiedAfter: query.delta ?? query.modified_after,
    });
    return json;
  }

  /** @throws AppError `unknown_connection`, `invalid_body` for a cursor that is none */
  async prune(environmentId: EnvironmentId, headers: ConnectionHeaders, body: PruneRecords): Promise<PruneReply> {
    const connectionId = await this.#connection(environmentId, headers);
    const dataset = { environmentId, connectionId, model: datasetOf(body.model, body.variant ?? BASE_VARIANT) };
    try {
      const { count, hasMore } = await this.records.prune(dataset, body.until_cursor, body.limit);
      return { count, has_more: hasMore };
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'invalid_query_params') throw error;
      throw new AppError('invalid_body', error.message, { ...(error.issues ? { issues: error.issues } : {}), cause: error });
    }
  }

  async #connection(environmentId: EnvironmentId, headers: ConnectionHeaders): Promise<ConnectionRowId> {
    const { 'provider-config-key': key, 'connection-id': id } = headers;
    const connection = await this.connections.resolve(environmentId, key, id);
    if (!connection) throw new AppError('unknown_connection', `no connection ${id} of integration ${key}`);
    return connection.id;
  }
}
