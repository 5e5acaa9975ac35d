import { describe, expect, it } from 'vitest';
import { LANGUAGES } from './accepted-language.js';
import { explain, TEXTS } from './page-texts.js';
import { pageHeaders, resultPage } from './result-page.js';

const error = { type: 'callback_err' as const, message: 'm', details: ['a <b>'], showDetails: false };

describe('the page of a success', () => {
  it('tells its opener, closes when it has heard, and by itself', () => {
    const page = resultPage({ language: 'en', nonce: 'n' });
    expect(page).toContain('{"type":"nango_oauth_callback_success"}');
    expect(page).toContain("new BroadcastChannel('nango-oauth-callback')");
    expect(page).toContain("window.opener.postMessage(message, '*')");
    expect(page).toContain('nango_oauth_callback_ack');
    expect(page).toContain('window.close(); }, 500)');
  });

  it('says when something is left to do', () => {
    expect(resultPage({ language: 'de', nonce: 'n', isPending: true })).toContain('Ein Schritt fehlt noch');
  });
});

describe('the page of a failure', () => {
  it('stays open and tells its opener what went wrong', () => {
    const page = resultPage({ language: 'en', nonce: 'n', error });
    expect(page).toContain('{"type":"nango_oauth_callback_error","payload":{"message":"m","errorType":"callback_err"}}');
    expect(page).not.toContain(', 500)');
    expect(page).toContain('<details><summary>');
  });

  it('shows what strangers wrote as text, in the page and in its script', () => {
    const hostile = '</script><script>alert(1)</script>\u2028';
    const page = resultPage({
      language: 'en',
      nonce: 'n',
      error: { ...error, message: hostile, details: [hostile], showDetails: true },
    });
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).toContain('\\u003c/script\\u003e');
    expect(page).toContain('&lt;/script&gt;');
    expect(page).toContain('<details open>');
  });

  it.each(LANGUAGES)('explains every reason in %s, with what to do', (language) => {
    for (const type of [
      'state_err',
      'state_cookie_err',
      'token_err',
      'unknown_err',
      'missing_hmac',
      'connection_test_failed',
    ] as const) {
      const [what, cure] = explain(TEXTS[language], type);
      expect(what.length).toBeGreaterThan(10);
      expect(cure.length).toBeGreaterThan(20);
    }
    expect(resultPage({ language, nonce: 'n', error })).toContain(`<html lang="${language}">`);
  });
});

it('lets nothing run but the page’s own script and style, and its opener reach it', () => {
  const headers = pageHeaders('abc');
  expect(headers['content-security-policy']).toContain("script-src 'nonce-abc'");
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(headers['cross-origin-opener-policy']).toBe('unsafe-none');
});
