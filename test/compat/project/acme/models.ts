import * as z from 'zod';

export const Contact = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
});

export const NewContact = z.object({ name: z.string(), email: z.string() });
