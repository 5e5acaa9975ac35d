import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Appends rows at another host of Google’s',
  version: '1.0.0',
  input: z.object({
    spreadsheet: z.string(),
    range: z.string(),
    rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
  }),
  output: z.object({ updated: z.string() }),
  exec: async (nango, input) => {
    const response = await nango.post({
      baseUrlOverride: 'https://sheets.googleapis.com',
      endpoint: `/v4/spreadsheets/${input.spreadsheet}/values/${encodeURIComponent(input.range)}:append`,
      params: { valueInputOption: 'USER_ENTERED' },
      data: { values: input.rows },
      retries: 3,
    });
    return { updated: response.data.updates.updatedRange };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
