import { createHash, randomBytes } from 'node:crypto';

/**
 * A WSSE `UsernameToken` (spec/auth.md §2.14). Its digest is base64 over the digest's hexadecimal text, not over its bytes: the
 * vendors that use it expect it so.
 * @param nonce 16 random bytes in hexadecimal
 * @param created ISO time
 */
export function wsseToken(
  { username, password }: { readonly username: string; readonly password: string },
  nonce: string = randomBytes(16).toString('hex'),
  created: string = new Date().toISOString(),
): string {
  const sha1 = createHash('sha1')
    .update(nonce + created + password)
    .digest('hex');
  const digest = Buffer.from(sha1).toString('base64');
  return `UsernameToken Username="${username}", PasswordDigest="${digest}", Nonce="${nonce}", Created="${created}"`;
}
