import { createSync } from 'nango';
import * as z from 'zod';

const Order = z.object({ id: z.string(), total: z.number(), source: z.enum(['api', 'webhook']) });
interface ShopifyOrder {
  id: number;
  total_price: string;
}

const toOrder = ({ id, total_price }: ShopifyOrder, source: 'api' | 'webhook') => ({
  id: String(id),
  total: Number(total_price),
  source,
});

const sync = createSync({
  description: 'Orders once in a while, and as Shopify tells of them',
  version: '1.0.0',
  frequency: 'every day',
  autoStart: false,
  models: { Order },
  webhookSubscriptions: ['orders/create', 'orders/updated'],
  exec: async (nango) => {
    const config = {
      endpoint: '/admin/api/2025-01/orders.json',
      params: { status: 'any' },
      paginate: { limit: 1, response_path: 'orders' },
      retries: 5,
    };
    for await (const orders of nango.paginate<ShopifyOrder>(config)) {
      await nango.batchSave(
        orders.map((order) => toOrder(order, 'api')),
        'Order',
      );
    }
  },
  onWebhook: async (nango, payload) => {
    await nango.batchSave([toOrder(payload as ShopifyOrder, 'webhook')], 'Order');
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
