import { createSync } from 'nango';
import * as z from 'zod';

const Task = z.object({ id: z.string(), name: z.string(), done: z.boolean() });

const sync = createSync({
  description: 'Tasks of every project; what a run did not see is deleted the older way',
  version: '1.0.0',
  frequency: 'every hour',
  autoStart: false,
  models: { Task },
  exec: async (nango) => {
    for await (const projects of nango.paginate<{ gid: string }>({
      endpoint: '/api/1.0/projects',
      params: { workspace: 'w1' },
      retries: 10,
    })) {
      for (const { gid } of projects) {
        const config = {
          endpoint: '/api/1.0/tasks',
          params: { project: gid, opt_fields: ['name', 'completed'].join(',') },
          retries: 10,
        };
        for await (const tasks of nango.paginate<{ gid: string; name: string; completed: boolean }>(config)) {
          await nango.batchSave(
            tasks.map((task) => ({ id: task.gid, name: task.name, done: task.completed })),
            'Task',
          );
        }
      }
    }
    await nango.deleteRecordsFromPreviousExecutions('Task');
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
