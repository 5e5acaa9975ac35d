import { createOnEvent } from 'nango';

export default createOnEvent({
  description: 'Lets only agents connect',
  version: '1.0.0',
  event: 'validate-connection',
  exec: async (nango) => {
    const response = await nango.get<{ role: string }>({ endpoint: '/api/v2/agents/me' });
    if (response.data.role !== 'agent') throw new nango.ActionError({ message: `a ${response.data.role} may not connect` });
  },
});
