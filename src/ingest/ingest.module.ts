import { Module } from '@nestjs/common';
import { RecordKinds } from './record-kinds.js';
import { Recorder } from './recorder.js';
import { SpoolService } from './spool-service.js';

@Module({ providers: [RecordKinds, Recorder, SpoolService], exports: [RecordKinds, Recorder, SpoolService] })
export class IngestModule {}
