export { inNamespaces, type Namespaces, namespacesSetting, type NodeStart } from './namespaces.js';
