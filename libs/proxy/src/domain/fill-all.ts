import { fillTemplate, type NestedText, type Scope, type Template, templateOf } from '#libs/providers';

/**
 * Values of the templates that can be filled; the others are left out.
 * @param note told of every value that goes into a template
 */
export function fillAll(
  templates: readonly (readonly [string, Template])[],
  scope: Scope,
  note?: (template: Template, value: string) => void,
): Record<string, string> {
  const filled: Record<string, string> = {};
  for (const [name, template] of templates) {
    const result = fillTemplate(template, scope, note && ((value) => (note(template, value), value)));
    if (result.ok) filled[name] = result.value;
  }
  return filled;
}

/** The same at any depth, for values that go into a body. */
export function fillNested(body: NestedText, scope: Scope): NestedText {
  const filled: NestedText = {};
  for (const [name, value] of Object.entries(body)) {
    if (typeof value === 'object') filled[name] = fillNested(value, scope);
    else {
      const result = fillTemplate(templateOf(value), scope);
      if (result.ok) filled[name] = result.value;
    }
  }
  return filled;
}
