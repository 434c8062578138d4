export { operatorManifest } from './manifests/operator-manifest.js';
export { API_VERSION, GROUP, NAMESPACE, nodeIdentity, SECRET_KEYS } from './objects/names.js';
export { explainNode, formatExplanations } from './plugin/explain-node.js';
export { describeFleet, type FleetObjects, formatFleet } from './plugin/fleet-status.js';
export { formatDiff, formatDrift, formatPlan, hasChanges } from './plugin/node-plan.js';
export { describeRolloutDetails, formatRolloutDetails } from './plugin/rollout-details.js';
