/** The runner did not take the order: it may be sent again, or elsewhere. */
export class NotAccepted extends Error {}
