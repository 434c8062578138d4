export { operatorManifest } from './manifests/operator-manifest.js';
export { API_VERSION, GROUP, NAMESPACE, nodeIdentity, SECRET_KEYS } from './objects/names.js';
