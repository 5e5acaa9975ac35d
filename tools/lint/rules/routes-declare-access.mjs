const ROUTES = new Set(['Get', 'Post', 'Put', 'Patch', 'Delete', 'All', 'Head', 'Options']);
const nameOf = (decorator) => decorator.expression.callee?.name ?? decorator.expression.name;

/** Every route says who may call it. */
export const routesDeclareAccess = {
  meta: { messages: { open: 'this route does not say who may call it: add @Access(…)' } },
  create(context) {
    return {
      MethodDefinition(node) {
        const own = (node.decorators ?? []).map(nameOf);
        if (!own.some((name) => ROUTES.has(name))) return;
        const inherited = (node.parent.parent.decorators ?? []).map(nameOf);
        if (![...own, ...inherited].includes('Access')) context.report({ node: node.key, messageId: 'open' });
      },
    };
  },
};
