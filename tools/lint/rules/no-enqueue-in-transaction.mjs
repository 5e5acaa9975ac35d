const ENQUEUE = new Set(['enqueue', 'enqueueMany']);

const isFunction = (node) => node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression';
const calls = (node, name) => node?.type === 'CallExpression' && node.callee.property?.name === name;

/** A job enqueued inside a transaction may run before the commit, or without it: enqueue in `tx.afterCommit`. */
export const noEnqueueInTransaction = {
  meta: { messages: { early: 'enqueue in tx.afterCommit(…): inside the transaction the job may run before the commit' } },
  create(context) {
    return {
      CallExpression(node) {
        if (!ENQUEUE.has(node.callee.property?.name)) return;
        for (let up = node.parent; up; up = up.parent) {
          if (!isFunction(up)) continue;
          if (calls(up.parent, 'afterCommit')) return;
          if (calls(up.parent, 'transaction')) {
            context.report({ node, messageId: 'early' });
            return;
          }
        }
      },
    };
  },
};
