/** An injected class must be a value import: a type-only one leaves `Object` in the metadata, and Nest cannot resolve it. */
export const noTypeOnlyImportInDi = {
  meta: { messages: { typeOnly: "'{{name}}' is injected, so import it as a value" } },
  create(context) {
    const typeOnly = new Set();
    return {
      ImportDeclaration(node) {
        for (const specifier of node.specifiers) {
          if (node.importKind === 'type' || specifier.importKind === 'type') typeOnly.add(specifier.local.name);
        }
      },
      MethodDefinition(node) {
        if (node.kind !== 'constructor' || !node.parent.parent.decorators?.length) return;
        for (const param of node.value.params) {
          if (param.type !== 'TSParameterProperty' || param.decorators?.length > 0) continue;
          const type = param.parameter.typeAnnotation?.typeAnnotation;
          const name = type?.type === 'TSTypeReference' && type.typeName.name;
          if (name && typeOnly.has(name)) context.report({ node: param, messageId: 'typeOnly', data: { name } });
        }
      },
    };
  },
};
