import { Controller, Get, Header, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import { Access } from '#libs/http';
import { AppError } from '#libs/kernel';
import { FolderStore, ObjectStore } from '#libs/storage';

const objectParams = z.object({ '*': z.string().max(512) });
const signedQuery = z.object({ expires: z.coerce.number().int(), signature: z.string().max(128) });

/** Code that lies in a folder, for runners that were given its signed address. */
@Controller('objects')
export class ObjectsController {
  constructor(private readonly store: ObjectStore) {}

  @Get('*')
  @Access('public')
  @Header('content-type', 'application/octet-stream')
  get(
    @Param({ schema: objectParams }) params: z.output<typeof objectParams>,
    @Query({ schema: signedQuery }) { expires, signature }: z.output<typeof signedQuery>,
  ): Promise<string> {
    if (!(this.store instanceof FolderStore)) throw new AppError('not_found', 'objects lie in a bucket');
    return this.store.getSigned(params['*'], expires, signature);
  }
}
