import { describe, expect, it } from 'vitest';
import { scopeOf } from './template-values.js';
import { loginStep, refreshStep, stepRequest, type StepRules } from './two-step-call.js';

const scope = scopeOf(
  {
    credentials: { user: 'a b', key: 'k' },
    connectionConfig: { host: 'api.example.com', local: 'http://127.0.0.1:8080' },
    steps: [{ id: 7 }],
  },
  new Date(0),
  '',
);
const step = (own: Partial<StepRules> = {}): StepRules => ({
  token_url: 'https://${connectionConfig.host}/login',
  token_params: { user: '${credentials.user}', nested: { key: '${credentials.key}', gone: '${credentials.none}' } },
  ...own,
});
const request = (own?: Partial<StepRules>) => stepRequest(step(own), scope, ['hidden']);

describe('a step', () => {
  it('sends JSON, as deep as it is described', () => {
    expect(request({ token_headers: { 'X-Key': '${credentials.key}', 'x-gone': '${credentials.none}' } })).toEqual({
      url: 'https://api.example.com/login',
      headers: { 'x-key': 'k' },
      json: { user: 'a b', nested: { key: 'k' } },
      secrets: ['hidden'],
    });
  });

  it('sends a form, XML or a query where that is described', () => {
    const form = { user: 'a b', nested: '{"key":"k"}' };
    expect(request({ body_format: 'form' })).toMatchObject({ form });
    expect(request({ token_request_method: 'GET' })).toMatchObject({ method: 'GET', query: form });
    const xml = request({ body_format: 'xml', token_params: { login: { $v: '1', user: '${credentials.user}' } } });
    expect(xml).toMatchObject({ headers: { 'content-type': 'application/xml' } });
    expect(xml.text).toContain('<login v="1"><user>a b</user></login>');
  });

  it('is written as its content type says, where nothing else does', () => {
    const typed = (type: string) => request({ token_headers: { 'Content-Type': type } });
    expect(typed('application/x-www-form-urlencoded')).toHaveProperty('form');
    expect(typed('text/xml; charset=utf-8')).toMatchObject({ headers: { 'content-type': 'text/xml; charset=utf-8' } });
    expect(typed('application/json')).toHaveProperty('json');
  });

  it('goes where values lead: a part of an address, or one as a whole', () => {
    expect(request({ token_url: 'https://a.example.com/${credentials.user}?id=${step1.id}' }).url).toBe(
      'https://a.example.com/a%20b?id=7',
    );
    expect(request({ token_url: 'https://${connectionConfig.local}/login' }).url).toBe('http://127.0.0.1:8080/login');
  });

  it('is not made without what its address or an earlier answer had to hold', () => {
    expect(() => request({ token_url: 'https://${connectionConfig.none}/x' })).toThrow(
      expect.objectContaining({ code: 'url_param_err', message: expect.stringContaining('none') as string }),
    );
    expect(() => request({ token_params: { a: '${step1.token}', b: '${credentials.none}' } })).toThrow(
      expect.objectContaining({ code: 'token_err', message: expect.stringContaining('no step1.token,') as string }),
    );
  });
});

describe('the first step', () => {
  const provider = {
    token_url: 'https://a/login',
    token_headers: { a: 'b' },
    body_format: 'form',
    token_request_method: 'GET',
  } as const;

  it('is the login, or what the catalogue says of refresh tokens', () => {
    expect(loginStep(provider)).toMatchObject({ token_url: 'https://a/login', token_request_method: 'GET' });
    expect(refreshStep(provider)).toBeUndefined();
    const refresh = { ...provider, refresh_token_params: { r: '${refresh_token}' } };
    expect(refreshStep(refresh)).toEqual({
      token_url: 'https://a/login',
      token_params: { r: '${refresh_token}' },
      token_headers: { a: 'b' },
      body_format: 'form',
    });
    expect(refreshStep({ ...refresh, refresh_url: 'https://a/refresh', refresh_token_headers: {} })).toMatchObject({
      token_url: 'https://a/refresh',
      token_headers: {},
    });
  });
});
