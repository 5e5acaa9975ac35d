import { expect, it } from 'vitest';
import { wsseToken } from './wsse.js';

const user = { username: 'bob', password: 'taadtaadpstcsm' };

it('a WSSE token carries base64 of the hexadecimal digest', () => {
  // printf %s '<nonce><created><password>' | sha1sum
  const hex = 'aae47f1162c0578c4b7fd66acb0e290e67d5f4e6';
  expect(wsseToken(user, 'd36e316282959a9ed4c89851497a717f', '2003-12-15T14:43:07Z')).toBe(
    `UsernameToken Username="bob", PasswordDigest="${Buffer.from(hex).toString('base64')}", ` +
      'Nonce="d36e316282959a9ed4c89851497a717f", Created="2003-12-15T14:43:07Z"',
  );
});

it('a WSSE token has a nonce of 16 random bytes and the present time', () => {
  const [, nonce, created] = /Nonce="([0-9a-f]{32})", Created="(.+)"$/.exec(wsseToken(user))!;
  expect(wsseToken(user)).not.toContain(nonce);
  expect(Math.abs(Date.parse(created!) - Date.now())).toBeLessThan(5_000);
});
