import { formatText, type NodeStatus } from '@haos/cc';
import { describeArray, describeConfiguration } from '@haos/cc/internal';
import { COMPONENTS, SLOTS } from '@haos/system';
import { type EncryptionStatus, nameSet, type ReleaseSet, type UpgradeVerdict } from '@haos/system/internal';
import { formatSection } from '../format-section.js';
import { createPaint, type Paint } from '../paint.js';

/** How many issues fit on a screen. */
const MAX_ISSUES = 8;

/** Formats the status of a node for people. */
export function formatNodeStatus(status: NodeStatus, color: boolean): string {
  const paint = createPaint(color);
  const lines = [
    heading(status, paint),
    ...formatSection('addresses', formatAddresses(status)),
    ...formatSecureBoot(status),
    ...formatRootImage(status),
    ...formatEncryption(status),
    ...formatArrays(status),
    ...formatVersions(status),
    ...formatSection('configuration', formatConfiguration(status, color)),
    ...formatSection('kubernetes', formatKubernetes(status, paint)),
  ];
  return `${lines.join('\n')}\n`;
}

function heading({ hostname, version, mode, isHealthy }: NodeStatus, paint: Paint): string {
  const name = [`HAOS ${version ?? '(unknown version)'}`, hostname && `on ${hostname}`]
    .filter(Boolean)
    .join(' ');
  const verdict = isHealthy ? paint('green', 'healthy') : paint('red', 'not healthy');
  return `${paint('bold', name)}, mode ${mode ?? 'unknown'}: ${verdict}`;
}

function formatAddresses({ addresses }: NodeStatus): string[] {
  return addresses.length === 0
    ? ['none']
    : addresses.map(({ interface: name, address }) => `${address} (${name})`);
}

function formatSecureBoot({ secureBoot }: NodeStatus): string[] {
  return secureBoot === undefined ? [] : formatSection('secure boot', [secureBoot ? 'on' : 'off']);
}

function formatRootImage({ rootHash }: NodeStatus): string[] {
  return rootHash === undefined ? [] : formatSection('root image', [`verified, root hash ${rootHash}`]);
}

function describeFloor({ floor }: NonNullable<EncryptionStatus['tpm']>): string[] {
  if (floor === undefined || (floor.next ?? floor.current) === 0) return [];
  const { current, next } = floor;
  const later = next === undefined || next === current ? '' : `; ${next} when this version is confirmed`;
  return [`the floor of the TPM is ${current}${later}`];
}

function describeTpm({ hasKey, refusal }: NonNullable<EncryptionStatus['tpm']>): string {
  const next = hasKey ? 'the TPM opens the data at the next start' : 'the console asks at the next start';
  return refusal === undefined ? next : `the TPM did not open the data: ${refusal}; ${next}`;
}

function formatEncryption({ encryption }: NodeStatus): string[] {
  if (encryption === undefined) return [];
  const key = {
    none: 'no recovery key; `sudo haos encryption recovery-key` makes one',
    unconfirmed: 'the recovery key is not confirmed; `sudo haos encryption confirm` asks for it',
    confirmed: 'the recovery key is confirmed',
    unknown: 'as root more is known',
  }[encryption.recoveryKey];
  const { tpm } = encryption;
  const how = tpm ? 'a passphrase, and a key in the TPM' : 'a passphrase';
  const lines = [
    `the data and the configuration, with ${how}`,
    ...(tpm ? [describeTpm(tpm), ...describeFloor(tpm)] : []),
    key,
  ];
  return formatSection('encryption', lines);
}

function formatArrays({ arrays }: NodeStatus): string[] {
  if (arrays.length === 0) return [];
  const lines = arrays.flatMap((array) => [describeArray(array), ...adviseArray(array)]);
  return formatSection('arrays', lines);
}

function adviseArray({ device, state }: NodeStatus['arrays'][number]): string[] {
  const advice = {
    complete: undefined,
    rebuilding: undefined,
    degraded: `Replace the disk, then run \`sudo mdadm ${device} --add DISK\`.`,
    stopped: `\`sudo mdadm --examine --scan --verbose\` lists its disks.`,
  }[state];
  return advice === undefined ? [] : [`  hint: ${advice}`];
}

function formatVersions({ slots, upgrade }: NodeStatus): string[] {
  if (slots === undefined || upgrade === undefined) return [];
  const versions = SLOTS.filter((slot) => slots[slot].haos !== undefined).map(
    (slot) =>
      `${slot.padEnd(9)} ${formatSet(slots[slot])}${nameSet(slots[slot]) === nameSet(upgrade.running) ? '  (runs)' : ''}`,
  );
  return [...formatSection('versions', versions), ...formatSection('upgrade', formatVerdict(upgrade))];
}

function formatSet(set: ReleaseSet): string {
  return COMPONENTS.filter((component) => set[component] !== undefined)
    .map((component) => `${component} ${set[component]}`)
    .join(', ');
}

function formatVerdict({ state, triesLeft, failed }: UpgradeVerdict): string[] {
  const words = {
    healthy: 'this version works',
    'on-trial': `this version is on trial, ${triesLeft ?? 0} more boot${triesLeft === 1 ? '' : 's'}`,
    unconfirmed: 'this version is not confirmed yet',
    staged: 'another version boots next',
    interrupted: 'an upgrade was interrupted; the next boot completes or undoes it',
  };
  return [
    words[state],
    ...(failed === undefined
      ? []
      : [`${failed} failed and is refused; \`sudo haos upgrade forget\` allows it again`]),
  ];
}

function formatConfiguration({ configuration }: NodeStatus, color: boolean): string[] {
  const { issues, failures, phases } = configuration;
  const shown = issues.slice(0, MAX_ISSUES);
  const left = issues.length - shown.length;
  const text = formatText(shown, new Map(), { color });
  return [
    `${describeConfiguration(configuration)}${phases.length > 0 ? ` (phases: ${phases.join(', ')})` : ''}`,
    ...text.split('\n').filter((line) => line !== ''),
    ...(left > 0 ? [`... and ${left} more: sudo haos config status`] : []),
    ...failures.flatMap(({ phase, applier, message, hint }) => [
      `${createPaint(color)('red', 'failed')}: ${applier} (${phase}): ${message}`,
      ...(hint ? [`  hint: ${hint}`] : []),
    ]),
  ];
}

function formatKubernetes({ kubernetes }: NodeStatus, paint: Paint): string[] {
  const { state, role, version, node, reason, hint, isCordoned } = kubernetes;
  const words = {
    ready: paint('green', 'Ready'),
    'not-ready': paint('red', 'not Ready'),
    starting: paint('yellow', 'starting'),
    stopped: paint('red', 'k3s does not run'),
    nodeless: 'k3s runs without a node',
    off: 'the configuration does not start k3s',
    held: paint('red', 'k3s waits'),
    'not-installed': 'k3s is not installed',
    unknown: 'unknown',
  };
  const outcome = [words[state], reason].filter(Boolean).join(': ');
  const what = [role, version, node && `node ${node}`].filter(Boolean).join(', ');
  return [
    what && state !== 'not-installed' ? `${outcome} (${what})` : outcome,
    ...(isCordoned ? ['cordoned: no new pods start here'] : []),
    ...(hint ? [`  hint: ${hint}`] : []),
  ];
}
