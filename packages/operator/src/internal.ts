export { connectAgent } from './agent/connect-agent.js';
export { createNodeCommands } from './agent/node-commands.js';
export { runAgent } from './agent/run-agent.js';
export { isStatus, isUnreachable, statusOf } from './api/api-error.js';
export { type ObjectCache, startCache } from './api/cache.js';
export { type ApiClient, type ClientOptions, createClient } from './api/client.js';
export { setCordon } from './api/cordon.js';
export { type Credentials, podCredentials, readKubeconfig } from './api/credentials.js';
export { type ElectorClock, type ElectorOptions, type Lease, lead, type Term } from './api/elector.js';
export { recordEvent } from './api/events.js';
export { drainNode, type Pod, podsToEvict, readDrain } from './api/eviction.js';
export { listWatch } from './api/list-watch.js';
export {
  applyObject,
  createObject,
  deleteObject,
  getObject,
  listObjects,
  replaceObject,
} from './api/objects.js';
export { pathOf, RESOURCES, type Resource } from './api/resource.js';
export { createTokenSource } from './api/token.js';
export type { Patch } from './controller/patch.js';
export { operatorManifest } from './manifests/operator-manifest.js';
export { OPERATOR_PORT } from './manifests/programs.js';
export type { KubernetesObject } from './objects/metadata.js';
export { API_VERSION, GROUP, NAMESPACE, nodeIdentity, SECRET_KEYS } from './objects/names.js';
export type { NodeParts } from './objects/node-parts.js';
export type { NodeState } from './objects/node-state.js';
export type { Rollout } from './objects/rollout.js';
export {
  type Budget,
  formatDrain,
  type PodWithConditions,
  previewDrain,
} from './plugin/drain-preview.js';
export { explainNode, formatExplanations } from './plugin/explain-node.js';
export { describeFleet, type FleetObjects, formatFleet } from './plugin/fleet-status.js';
export { formatDiff, formatDrift, formatPlan, hasChanges } from './plugin/node-plan.js';
export { describeRolloutDetails, formatRolloutDetails } from './plugin/rollout-details.js';
export { createHealth } from './process/health.js';
export { createLogger } from './process/logger.js';
export { createMetrics } from './process/metrics.js';
export { type Operator, type OperatorOptions, startOperator } from './process/run-operator.js';
export { runTerm, type TermContext } from './process/run-term.js';
