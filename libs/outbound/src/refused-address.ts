/** The outbound policy forbids an address that a name resolves to; comes out of a request as its error. */
export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';
  readonly code = 'FAIRLEAD_ADDRESS_REFUSED';
}
