import type { Host } from '@haos/host';
import { layout } from '@haos/system';
import { refuse } from '../../apply/refuse.js';
import type { Applier, ApplyContext } from '../../apply/types.js';
import type { CloudConfig } from '../../generated/types.js';
import { isSimpleName, MAX_HOSTNAME, PATTERNS } from '../../model/patterns.js';
import { finding, type Rule } from '../../rules/rule.js';
import { isWrittenByUser } from '../files/written-by-user.js';
import { setHostsName } from './hosts.js';

const HOSTNAME = new RegExp(PATTERNS.hostname);

/**
 * Gives the node its name: the configured one, else the one that was kept, else, in the runtime
 * phase, the name that the kernel has from DHCP or from early boot. The runtime phase keeps the
 * name, because it is the identity of the node in Kubernetes. Without any name it does nothing.
 */
export const hostname: Applier = {
  name: 'hostname',
  keys: ['hostname'],
  always: true,
  async apply(config, context) {
    const { host } = context;
    const name = await chooseName(config, context);
    if (name === undefined) return;
    if (!isWrittenByUser(config, '/etc/hostname')) {
      await context.attempt(() => void host.files.write('/etc/hostname', `${name}\n`, { mode: 0o644 }));
    }
    if (!isWrittenByUser(config, '/etc/hosts')) {
      await context.attempt(() => {
        const text = setHostsName(host.files.readTextIfExists('/etc/hosts'), name);
        host.files.write('/etc/hosts', text, { mode: 0o644 });
      });
    }
    await context.attempt(() => void host.kernel.setHostname(name));
    if (context.phase === 'runtime') await context.attempt(() => keep(context, name));
  },
};

/**
 * Returns whether a name is a host name as in RFC 1123, section 2.1: labels of letters, digits and
 * inner dashes, joined by dots, and short enough for the kernel.
 */
export function isHostname(name: string): boolean {
  return name !== '' && name.length <= MAX_HOSTNAME && (isSimpleName(name) || HOSTNAME.test(name));
}

/**
 * Returns the name that an earlier boot kept. Returns undefined if the file does not exist or does
 * not contain a name.
 */
export function keptHostname(host: Host): string | undefined {
  const name = host.files.readTextIfExists(layout.keptHostname)?.trim();
  return name !== undefined && isHostname(name) ? name : undefined;
}

/**
 * Chooses the name. An invalid configured name is a failure, but a known node must not register
 * under another name.
 */
async function chooseName(config: CloudConfig, context: ApplyContext): Promise<string | undefined> {
  const configured = config.hostname ?? '';
  if (isHostname(configured)) return configured;
  await context.attempt(() => refuse(hostnameRule(config), 'HAOS_CC_HOSTNAME'));
  return keptHostname(context.host) ?? (context.phase === 'runtime' ? presentName(context.host) : undefined);
}

/** Reports an invalid `hostname`. An empty one counts as absent. */
export const hostnameRule: Rule = ({ hostname: name }) => {
  if (!name || isHostname(name)) return [];
  const dashed = name.replaceAll('_', '-');
  return finding(
    'invalid-hostname',
    '/hostname',
    `${JSON.stringify(name)} is not a host name`,
    isHostname(dashed)
      ? `Write ${dashed}: the name of a node cannot have an underscore.`
      : 'Use letters, digits and dashes, at most 63 in each part and 64 in total.',
  );
};

/** Returns the name that the kernel has, unless it is one of those that mean "none". */
function presentName(host: Host): string | undefined {
  const name = host.kernel.hostname()?.trim();
  if (name === undefined || !isHostname(name) || /^localhost(\.|$)/i.test(name)) return undefined;
  return name;
}

function keep(context: ApplyContext, name: string): void {
  const before = keptHostname(context.host);
  if (before !== undefined && before !== name) {
    context.note(`the host name changes from ${before} to ${name}: k3s registers it as a new node`);
  }
  context.host.files.write(layout.keptHostname, `${name}\n`, { mode: 0o644 });
}
