/** APIs behind the credentials: `/api/<mode>/…` tells whose credentials a call carried, or 401. */
export class Apis {
  #accept = new Map();

  constructor(ledger) {
    this.ledger = ledger;
  }

  /** @param check whose call it is, undefined if nobody's */
  accept(mode, check) {
    this.#accept.set(mode, check);
  }

  register(router) {
    router.on('*', '/api/:mode/*', async (call) => {
      const { mode } = call.params;
      const who = await this.#accept.get(mode)?.(call);
      this.ledger.count(`api.${mode}.${who === undefined ? 'refused' : 'accepted'}`);
      return who === undefined ? { status: 401, body: { error: 'unauthorized' } } : { body: { who, mode } };
    });
  }
}
