import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { FastifyInstance } from 'fastify';
import { isOperator } from '#libs/http';
import type { Secret } from '#libs/kernel';
import { BULL_QUEUES, type JobProducer } from './job-producer.js';

/** Registers the board and the check in front of it; both apply to nothing else. */
export async function createBoard(
  fastify: FastifyInstance,
  path: string,
  jobs: JobProducer,
  { username, password }: { readonly username: string; readonly password: Secret | undefined },
): Promise<void> {
  const serverAdapter = new FastifyAdapter();
  serverAdapter.setBasePath(path);
  const queues = BULL_QUEUES.map((name) => new BullMQAdapter(jobs.queue(name), { readOnlyMode: true }));
  createBullBoard({ queues, serverAdapter, options: { uiConfig: { boardTitle: 'Fairlead' } } });
  await fastify.register(
    async (scope) => {
      scope.addHook('onRequest', async (request, reply) => {
        if (isOperator(request.headers.authorization, username, password?.reveal())) return;
        await reply
          .status(401)
          .header('www-authenticate', 'Basic realm="Fairlead queues", charset="UTF-8"')
          .send({ error: { code: 'missing_auth_header', message: 'operators sign in with Basic authentication', payload: {} } });
      });
      await scope.register(serverAdapter.registerPlugin());
    },
    { prefix: path },
  );
}
