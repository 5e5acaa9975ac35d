import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { bytes, keyOf, type WireKey } from './wire-bytes.js';

interface ExportArgs {
  readonly kind: 'private' | 'public';
  readonly der: string;
  readonly options: { readonly format?: string; readonly type?: string; readonly cipher?: string; readonly passphrase?: string };
}

type Parse = (key: ReturnType<typeof keyOf>) => KeyObject;

const PARSE: Record<ExportArgs['kind'], Parse> = {
  private: createPrivateKey as Parse,
  public: createPublicKey as Parse,
};

/** A key once read, in the form in which it is given back. */
function readKey({ kind, key }: { kind: ExportArgs['kind']; key: WireKey }): object {
  const parsed = PARSE[kind](keyOf(key));
  const der =
    kind === 'private' ? parsed.export({ format: 'der', type: 'pkcs8' }) : parsed.export({ format: 'der', type: 'spki' });
  const { publicExponent, ...details } = parsed.asymmetricKeyDetails ?? {};
  return {
    der: der.toString('base64'),
    keyType: parsed.asymmetricKeyType,
    details: { ...details, ...(publicExponent === undefined ? {} : { publicExponent: String(publicExponent) }) },
  };
}

function exportKey({ kind, der, options }: ExportArgs): object {
  const parsed = PARSE[kind]({ key: bytes(der), format: 'der', type: kind === 'private' ? 'pkcs8' : 'spki' } as never);
  const exported = parsed.export(options as { format: 'pem'; type: 'spki' }) as unknown;
  if (typeof exported === 'string') return { text: exported };
  return Buffer.isBuffer(exported) ? { bytes: exported.toString('base64') } : { jwk: exported };
}

/** Keys as objects. */
export const keyCalls = { 'crypto.readKey': readKey, 'crypto.exportKey': exportKey };
