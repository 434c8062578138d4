import { type Host, isHaosError } from '@haos/host';
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

/** Digests of what HAOS wrote, by file name. */
type Ledger = Readonly<Record<string, string>>;

/** k3s removes from the cluster what left a manifest, but nothing when the file itself is gone. */
const EMPTIED = '# What was here is in haos-upgrade.yaml.\n';

/**
 * Puts the manifests of the image, except `*.example`, where k3s applies them, on a server and before k3s starts. The Plans name what
 * `haos.upgrade` says. A newer image or configuration replaces the files. A file that was edited or removed stays so, which the
 * persistent ledger tells. Unedited files of the Go implementation are replaced.
 */
export const shippedManifests: Applier = {
  name: 'shipped-manifests',
  keys: [
    'haos.upgrade.channel',
    'haos.upgrade.version',
    'haos.upgrade.image',
    'haos.k3s_args',
    'haos.server_url',
    'haos.environment',
  ],
  always: true,
  async apply(config, context) {
    const { host, mode } = context;
    if (mode === 'install' || !isServer(config, context)) return;
    // The Plans in place stay: they must not go to another version or channel than the one that is meant.
    refuse(upgradeRule(config), 'HAOS_CC_UPGRADE');
    const ledger = readLedger(host);
    const written: Record<string, string> = {};
    for (const name of listShipped(host)) {
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

/** Resolves to the digest of the file that is in place and HAOS's; undefined when it is somebody else's. */
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

/** Digests of one manifest; undefined where there is none. */
export interface ManifestFacts {
  /** Of the file in place. */
  current: string | undefined;
  /** Of what HAOS wrote last. */
  last: string | undefined;
  /** Of the one in the image. */
  shipped: string;
  /** Of files that HAOS may replace as well. */
  known: ReadonlySet<string>;
}

/** Whether to write the manifest of the image, or why not. */
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
  const { createHash } = await import('node:crypto');
  return createHash('sha256').update(body).digest('hex');
}

/** A ledger that is broken knows nothing: what is in place then counts as somebody's, unless it is what the image has. */
function readLedger({ files }: Host): Ledger {
  try {
    const value: unknown = JSON.parse(files.readTextIfExists(layout.manifestLedger) ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Ledger) : {};
  } catch (error) {
    if (isHaosError(error)) throw error;
    return {};
  }
}
