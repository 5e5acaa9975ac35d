import { createOnEvent } from 'nango';

export default createOnEvent({
  description: 'Takes its webhook back before the connection goes',
  version: '1.0.0',
  event: 'pre-connection-deletion',
  exec: async (nango) => {
    const connection = await nango.getConnection();
    const { hook } = (connection.metadata ?? {}) as { hook?: string };
    await nango.delete({ endpoint: `/webhooks/${hook}` });
  },
});
