import { type Host, isHaosError } from '@haos/host';
import { sha256 } from '@haos/host/internal';
import { layout } from '@haos/system';
import { refuse } from '../../apply/refuse.js';
import type { Applier, ApplyContext } from '../../apply/types.js';
import type { CloudConfig } from '../../generated/types.js';
import { upgradeRule } from '../../rules/upgrade.js';
import { isWrittenByUser } from '../files/written-by-user.js';
import { findK3s } from '../k3s/k3s.js';
import { commandLine } from '../k3s/k3s-arguments.js';
import { GO_MANIFESTS, GO_PLANS } from './go-manifests.js';
import { renderPlans } from './render-plans.js';
import { saveManifest } from './save-manifest.js';

/** Digests of the files that HAOS wrote, by file name. */
type Ledger = Readonly<Record<string, string>>;

/** The manifest that `haos.operator` asks for. */
const OPERATOR = 'node-operator.yaml';

/**
 * k3s removes from the cluster what a manifest no longer contains, but does nothing if the file
 * itself is gone.
 */
const EMPTIED = '# What was here is in haos-upgrade.yaml.\n';

/**
 * Puts the manifests of the image, except `*.example`, where k3s applies them, on a server and
 * before k3s starts. The Plans get the values of `haos.upgrade`. A newer image or configuration
 * replaces the files. A file that the user edited or removed stays so, which the persistent ledger
 * shows. Unedited files of the Go implementation are replaced.
 */
export const shippedManifests: Applier = {
  name: 'shipped-manifests',
  keys: [
    'haos.upgrade.channel',
    'haos.upgrade.version',
    'haos.upgrade.image',
    'haos.operator',
    'haos.k3s_args',
    'haos.server_url',
    'haos.environment',
  ],
  always: true,
  async apply(config, context) {
    const { host, mode } = context;
    if (mode === 'install' || !isServer(config, context)) return;
    // The current Plans stay: they must not switch to an unintended version or channel.
    refuse(upgradeRule(config), 'HAOS_CC_UPGRADE');
    const ledger = readLedger(host);
    const written: Record<string, string> = {};
    for (const name of listShipped(host).filter((one) => isWanted(one, config))) {
      const digest = await place(name, ledger[name], { config, context });
      if (digest !== undefined) written[name] = digest;
    }
    await emptyGoPlans(host);
    const known = { ...ledger, ...written };
    if (Object.keys(known).length > 0)
      host.files.write(layout.manifestLedger, `${JSON.stringify(known, undefined, 2)}\n`, { mode: 0o600 });
  },
};

function isServer(config: CloudConfig, context: ApplyContext): boolean {
  if (context.host.files.stat(layout.shippedManifests) === undefined) return false;
  if (findK3s(context.host) === undefined) return false;
  return commandLine(config.haos ?? {}).command === 'server';
}

function listShipped({ files }: Host): string[] {
  return files.list(layout.shippedManifests).filter((name) => /\.(ya?ml|json)$/.test(name));
}

/**
 * Returns whether a configuration wants a manifest. One that was placed stays: without its objects
 * in the cluster, everything that was configured with them would be lost.
 */
function isWanted(name: string, { haos }: CloudConfig): boolean {
  return name !== OPERATOR || haos?.operator === true;
}

/** Resolves to the digest of the file in place if it belongs to HAOS, else to undefined. */
async function place(
  name: string,
  last: string | undefined,
  { config, context }: { config: CloudConfig; context: ApplyContext },
): Promise<string | undefined> {
  const { host } = context;
  const path = `${layout.manifests}/${name}`;
  if (isWrittenByUser(config, path)) return undefined;
  const body = renderPlans(host.files.readText(`${layout.shippedManifests}/${name}`), config.haos?.upgrade);
  const shipped = await digestOf(body);
  const current = await digestAt(host, path);
  const decision = decideManifest({ current, last, shipped, known: GO_MANIFESTS });
  if (decision === 'edited') context.note(`${name} was edited and stays as it is`);
  if (decision === 'removed' || decision === 'edited') return undefined;
  saveManifest(path, body, host);
  return shipped;
}

/** Digests of one manifest; undefined if there is no file. */
export interface ManifestFacts {
  /** The file in place. */
  current: string | undefined;
  /** The file that HAOS wrote last. */
  last: string | undefined;
  /** The file in the image. */
  shipped: string;
  /** Other files that HAOS may replace. */
  known: ReadonlySet<string>;
}

/** Decides whether to write the manifest of the image, or why not. */
export function decideManifest({
  current,
  last,
  shipped,
  known,
}: ManifestFacts): 'write' | 'edited' | 'removed' {
  if (current === undefined) return last === undefined ? 'write' : 'removed';
  return current === last || current === shipped || known.has(current) ? 'write' : 'edited';
}

async function emptyGoPlans(host: Host): Promise<void> {
  for (const name of GO_PLANS) {
    const path = `${layout.manifests}/${name}`;
    const digest = await digestAt(host, path);
    if (digest !== undefined && GO_MANIFESTS.has(digest)) saveManifest(path, EMPTIED, host);
  }
}

async function digestAt({ files }: Host, path: string): Promise<string | undefined> {
  return files.stat(path)?.type === 'file' ? digestOf(files.read(path)) : undefined;
}

async function digestOf(body: Uint8Array | string): Promise<string> {
  return sha256(typeof body === 'string' ? new TextEncoder().encode(body) : body);
}

/**
 * Returns the ledger, empty if it is damaged. Then a file in place counts as edited, unless it
 * equals that of the image.
 */
function readLedger({ files }: Host): Ledger {
  try {
    const value: unknown = JSON.parse(files.readTextIfExists(layout.manifestLedger) ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Ledger) : {};
  } catch (error) {
    if (isHaosError(error)) throw error;
    return {};
  }
}
