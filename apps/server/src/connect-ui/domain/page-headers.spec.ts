import { describe, expect, it } from 'vitest';
import { pageHeaders } from './page-headers.js';

const policyOf = (...args: Parameters<typeof pageHeaders>): string => pageHeaders(...args)['content-security-policy'] ?? '';
const directive = (name: string, ...args: Parameters<typeof pageHeaders>): string | undefined =>
  policyOf(...args)
    .split('; ')
    .find((part) => part.startsWith(`${name} `));

describe('the policy of the page', () => {
  it('lets it talk to the API and its sockets only', () => {
    expect(directive('connect-src', 'https://api.example.com/v1', undefined, 'iframe')).toBe(
      "connect-src 'self' https://api.example.com wss://api.example.com",
    );
  });

  it('lets the page around it name another API', () => {
    expect(directive('connect-src', 'https://api.example.com', 'http://127.0.0.1:3003', 'iframe')).toBe(
      "connect-src 'self' https://api.example.com wss://api.example.com http://127.0.0.1:3003 ws://127.0.0.1:3003",
    );
  });

  it('lets no link name another API', () => {
    expect(directive('connect-src', 'https://api.example.com', 'https://stranger.example', 'document')).not.toContain('stranger');
  });

  it.each(['https://a.example; script-src *', 'javascript:alert(1)', ['https://a.example'], 'https://x y'])(
    'takes no policy from the address %s',
    (asked) => {
      const policy = policyOf('https://api.example.com', asked, 'iframe');
      expect(policy).toContain("script-src 'self';");
      expect(policy).not.toMatch(/script-src \*|javascript/);
    },
  );

  it('lets it be embedded anywhere', () => {
    expect(directive('frame-ancestors', 'https://api.example.com', undefined, 'iframe')).toBe('frame-ancestors *');
  });
});
