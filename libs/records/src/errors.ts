import { AppError } from '#libs/kernel';

/** @throws AppError `invalid_query_params` naming the field that held a cursor that is not one of ours */
export function badCursor(field: string): never {
  throw new AppError('invalid_query_params', '', {
    issues: [{ code: 'custom', message: 'not a cursor of this server', path: [field] }],
  });
}
