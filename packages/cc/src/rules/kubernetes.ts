import { isSimpleName, PATTERNS, TAINT_EFFECTS } from '../model/patterns.js';
import { hasPlaceholder, isPlaceholder, placeholderFinding } from './placeholder.js';
import { eachEntry, eachItem, type Finding, finding, fitsProcess, hasControls, type Rule } from './rule.js';

const SERVER_URL = new RegExp(PATTERNS.https);
const LABEL_NAME = new RegExp(PATTERNS.labelName);
const LABEL_VALUE = new RegExp(PATTERNS.labelValue);
const KUBERNETES_LABELS = /^(?:[^/]*\.)?(?:kubernetes|k8s)\.io\//;
/**
 * Prefixed labels that a kubelet may set on its own node (Kubernetes, NodeRestriction admission
 * plugin).
 */
const KUBELET_LABELS =
  /^(?:[^/]*\.)?(?:kubelet|node)\.kubernetes\.io\/|^(?:topology|failure-domain\.beta)\.kubernetes\.io\/(?:zone|region)$|^(?:beta\.)?kubernetes\.io\/(?:hostname|arch|os|instance-type)$/;

export const serverUrlRule: Rule = ({ haos }) => {
  const url = haos?.serverUrl;
  // As a server, the node would found a cluster of its own; as an agent it finds none.
  if (url && hasPlaceholder(url) && !hasControls(url))
    return [{ ...placeholderFinding('/haos/serverUrl'), code: 'invalid-url', severity: 'error' }];
  if (!url || (SERVER_URL.test(url) && URL.canParse(url))) return [];
  const message = 'the server URL must begin with https://';
  // k3s gets any other text and reports what is wrong with it.
  const more = hasControls(url) ? BLOCKING : {};
  return finding('invalid-url', '/haos/serverUrl', message, 'Write it as `https://HOST:6443`.', more);
};

/** For a value that the environment file of k3s cannot hold. */
const BLOCKING = { blocksK3s: true, failure: 'HAOS_CC_ENVIRONMENT_VALUE' } as const;

/** Checks `haos.token`. Messages do not contain the token. */
export const tokenRule: Rule = ({ haos }) => {
  if (/[\n\r\0]/.test(haos?.token ?? '') || !fitsProcess(haos?.token ?? ''))
    return finding(
      'invalid-value',
      '/haos/token',
      'the token contains a line break or is more than 128 KiB',
      'Write it on one line.',
      BLOCKING,
    );
  if (isPlaceholder(haos?.token ?? '')) return [{ ...placeholderFinding('/haos/token'), severity: 'error' }];
  const isFull = /^K10[0-9a-f]{64}::/.test(haos?.token ?? '');
  const startsCluster =
    !haos?.serverUrl &&
    haos?.k3sArgs?.[0] !== 'agent' &&
    !haos?.k3sArgs?.some((arg) => arg.startsWith('--server'));
  if (!isFull || !startsCluster) return [];
  return finding(
    'invalid-value',
    '/haos/token',
    'a full node token names the certificate of a running cluster; the first server cannot start with it',
    'Add `server_url` to join a cluster, or use a plain secret to start one.',
    { severity: 'warning' },
  );
};

export const labelsRule: Rule = ({ haos }) => eachEntry(haos?.labels, '/haos/labels', checkLabel);

/** Checks one label of a node. */
export function checkLabel(key: string, value: string, pointer: string): Finding[] {
  const invalid = (message: string, hint: string): Finding[] =>
    finding('invalid-label', pointer, message, hint);
  if (!isLabelName(key))
    return invalid(
      `${JSON.stringify(key)} is not a label key`,
      'Write NAME or example.com/NAME with letters, digits, dashes, underscores and dots.',
    );
  if (!isLabelValue(value))
    return invalid(
      `the value of ${key} is not a label value`,
      'Use at most 63 letters, digits, dashes, underscores and dots; begin and end with a letter or digit.',
    );
  if (key.includes('/') && KUBERNETES_LABELS.test(key) && !KUBELET_LABELS.test(key))
    return invalid(
      `Kubernetes does not let a node set the label ${key} on itself`,
      'Set it with kubectl after the node has joined.',
    );
  return [];
}

export const taintsRule: Rule = ({ haos }) => eachItem(haos?.taints, '/haos/taints', checkTaint);

/** Checks one taint. An empty one is ignored. */
export function checkTaint(taint: string, pointer: string): Finding[] {
  if (taint === '' || isTaint(taint)) return [];
  return finding(
    'invalid-taint',
    pointer,
    `${JSON.stringify(taint)} is not a taint`,
    `Write KEY=VALUE:EFFECT, where EFFECT is one of ${TAINT_EFFECTS.join(', ')}.`,
  );
}

/** Returns whether a text matches `PATTERNS.taint`, whose parts are those of labels. */
function isTaint(taint: string): boolean {
  const [setting, effect] = splitAt(taint, ':');
  const [name, value = ''] = splitAt(setting, '=');
  const effects: readonly (string | undefined)[] = TAINT_EFFECTS;
  return isLabelName(name) && isLabelValue(value) && effects.includes(effect);
}

/** Splits a text at the first separator. */
function splitAt(text: string, separator: string): [before: string, after?: string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function isLabelName(text: string): boolean {
  return isSimpleName(text) || LABEL_NAME.test(text);
}

function isLabelValue(text: string): boolean {
  return text === '' || isSimpleName(text) || LABEL_VALUE.test(text);
}
