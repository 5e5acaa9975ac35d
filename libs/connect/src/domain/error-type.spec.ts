import { expect, it } from 'vitest';
import { AppError } from '#libs/kernel';
import { describe, errorTypeOf } from './error-type.js';

it('names the reason of every error, and knows none for those of ours', () => {
  expect(errorTypeOf(new AppError('unknown_provider_config'))).toBe('unknown_config_key');
  expect(errorTypeOf(new AppError('unknown_connect_session_token'))).toBe('account_or_environment_retrieval_err');
  expect(errorTypeOf(new AppError('server_error'))).toBe('unknown_err');
});

it('describes an error by its message, its fields, or its code, and hides what is ours', () => {
  expect(describe(new AppError('callback_err', 'denied'))).toBe('denied');
  expect(describe(new AppError('invalid_connection'))).toBe('invalid_connection');
  const issues = [{ code: 'custom', message: 'is required', path: ['params', 'host'] }];
  expect(describe(new AppError('invalid_body', '', { issues }))).toBe('params.host: is required');
  expect(describe(new AppError('generic_error_support', 'password of the database'))).toBe('an internal error occurred');
});
