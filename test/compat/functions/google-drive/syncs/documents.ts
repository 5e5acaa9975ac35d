import { createSync, type ProxyConfiguration } from 'nango';
import * as z from 'zod';

const Document = z.object({ id: z.string(), title: z.string(), path: z.string() });

const sync = createSync({
  description: 'The files below the folders that the metadata names, folder by folder',
  version: '1.0.0',
  frequency: 'every hour',
  autoStart: false,
  models: { Document },
  metadata: z.object({ folders: z.array(z.string()).optional() }),
  exec: async (nango) => {
    const metadata = await nango.getMetadata();
    const queue = (metadata?.folders ?? []).map((id) => ({ id, path: '' }));
    const seen = new Set<string>();
    for (let next = queue.shift(); next; next = queue.shift()) {
      if (seen.has(next.id)) continue;
      seen.add(next.id);
      const config: ProxyConfiguration = {
        endpoint: '/drive/v3/files',
        params: { q: `'${next.id}' in parents and trashed = false` },
        paginate: { response_path: 'files' },
        retries: 10,
      };
      for await (const files of nango.paginate<{ id: string; name: string; mimeType: string }>(config)) {
        const isFolder = ({ mimeType }: { mimeType: string }) => mimeType === 'application/vnd.google-apps.folder';
        for (const folder of files.filter(isFolder)) queue.push({ id: folder.id, path: `${next.path}/${folder.name}` });
        const documents = files
          .filter((file) => !isFolder(file))
          .map(({ id, name }) => ({ id, title: name, path: `${next.path}/${name}` }));
        if (documents.length) await nango.batchSave(documents, 'Document');
      }
    }
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
