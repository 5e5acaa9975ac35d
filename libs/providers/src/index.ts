/** The catalogue of providers and the language of its templates (spec/auth.md §1). */
export { Catalogue } from './catalogue.js';
export { acceptedLanguage, type Language } from './domain/accepted-language.js';
export { catalogueEntry, type CatalogueEntry, type Provider } from './domain/entry.js';
export type { NestedText, ProxyRules, RetryRules } from './domain/entry-proxy.js';
export { type InputField, type InputFields, inputIssues, withDefaults } from './domain/input-fields.js';
export { capturedBy } from './domain/input-pattern.js';
export { compileTemplate } from './domain/parse-template.js';
export { type Filled, fillTemplate, fillUrl, type Scope, type Template } from './domain/template.js';
export { providersEnv, providersOptions } from './providers.config.js';
export { ProvidersModule, type ProvidersOptions } from './providers.module.js';
export { readOwnLogo } from './own-logos.js';
export { templateOf } from './template-cache.js';
export { Translations } from './translations.js';
