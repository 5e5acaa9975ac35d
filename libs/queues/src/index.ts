export { BoardModule, type BoardOptions } from './board.module.js';
export { headroomOf } from './domain/headroom.js';
export { HandlesJob, type JobContext, type JobHandler } from './handles-job.js';
export { type EnqueueOptions, JobProducer } from './job-producer.js';
export { QUEUE_PREFIX } from './queue-prefix.js';
export { JobStream } from './streams/job-stream.js';
export { type WorkersOptions } from './queue-workers.js';
export { QueuesModule, WorkersModule } from './queues.module.js';
export { type Concurrency, workersEnv } from './queues.config.js';
