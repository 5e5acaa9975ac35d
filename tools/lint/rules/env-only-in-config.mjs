const ALLOWED = /(\.config\.ts|main\.ts|migrate\.ts|\.spec\.ts|-spec\.ts|\.mjs)$|^test\/|\/libs\/testing\/|\/test\/|\/bench\//;

/** The environment is read in one place per app, validated; everything else gets its slice handed down. */
export const envOnlyInConfig = {
  meta: { messages: { env: 'process.env is read only in *.config.ts and handed over by main.ts' } },
  create(context) {
    if (ALLOWED.test(context.filename ?? context.getFilename())) return {};
    return {
      MemberExpression(node) {
        if (node.object.name === 'process' && node.property.name === 'env') context.report({ node, messageId: 'env' });
      },
    };
  },
};
