import { createSync } from 'nango';
import * as soap from 'soap';
import * as z from 'zod';

const Worker = z.object({ id: z.string(), name: z.string() });

const sync = createSync({
  description: 'Workers by SOAP, with a password in the header',
  version: '1.0.0',
  frequency: 'every day',
  autoStart: false,
  models: { Worker },
  exec: async (nango) => {
    const { connection_config: config, credentials } = await nango.getConnection();
    if (credentials.type !== 'BASIC') throw new nango.ActionError({ message: 'needs a user name' });
    const client = await soap.createClientAsync(
      `https://${config['hostname']}/ccx/service/${config['tenant']}/Staffing/v44.0?wsdl`,
    );
    client.setSecurity(
      new soap.WSSecurity(credentials.username, credentials.password, { passwordType: 'PasswordText', hasTimeStamp: false }),
    );
    client.addHttpHeader('X-Tenant', String(config['tenant']));
    const [result] = await client['Get_WorkersAsync']({ Page: 1 });
    const workers: { ID: string; Name: string }[] = [result.Worker].flat();
    await nango.batchSave(
      workers.map(({ ID, Name }) => ({ id: ID, name: Name })),
      'Worker',
    );
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
