export type { Patch } from './controller/patch.js';
export { reconcile } from './controller/reconcile.js';
export type { Snapshot } from './controller/snapshot.js';
export type { NodeConfig } from './objects/node-config.js';
export type { NodeParts } from './objects/node-parts.js';
export type { NodeState } from './objects/node-state.js';
export type { Rollout } from './objects/rollout.js';
