import { Module } from '@nestjs/common';
import { RecordReader } from './record-reader.service.js';
import { RecordsController } from './records.controller.js';

/** `/records`. */
@Module({ controllers: [RecordsController], providers: [RecordReader] })
export class RecordsApiModule {}
