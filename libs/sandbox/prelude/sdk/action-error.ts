/** What an author throws on purpose; `payload` reaches the caller (spec/functions.md §2.6). */
export class ActionError extends Error {
  readonly type = 'action_script_runtime_error';
  readonly payload: unknown;

  constructor(payload?: unknown) {
    super('');
    this.payload = payload;
  }
}
