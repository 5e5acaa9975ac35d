/** Signatures over requests, for credentials that are proved rather than sent (spec/auth.md §2.6, §2.11, §2.14, §2.15). */
export { type AwsCredentials, type AwsRequest, signAws } from './aws.js';
export { type CertificatePair, certificatePair, type PairProblem } from './certificate-pair.js';
export { type KeyPair, oauth1Header, type Oauth1Request, type SignatureMethod } from './oauth1.js';
export { pemOf } from './pem.js';
export { tbaHeader, type TbaRequest } from './tba.js';
export { wsseToken } from './wsse.js';
