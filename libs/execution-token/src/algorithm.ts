export const ALGORITHM = 'EdDSA';
