import type { Mount } from '../../generated/types.js';
import {
  type Finding,
  finding,
  hasControls,
  invalid,
  isNot,
  isPathTooLong,
  missing,
  type Rule,
  SHORTEN_PATH,
} from '../../rules/rule.js';

/**
 * Directories that the system itself consists of. Neither they nor, where `true`, anything below
 * can be a mount point.
 */
const SYSTEM = new Map<string, boolean>([
  ...['/', '/home', '/opt', '/tmp', '/var', '/var/lib', '/var/lib/rancher', '/.base'].map(
    (path) => [path, false] as const,
  ),
  ...[
    '/bin',
    '/boot',
    '/dev',
    '/etc',
    '/haos',
    '/lib',
    '/lib64',
    '/proc',
    '/run',
    '/sbin',
    '/sys',
    '/usr',
  ].map((path) => [path, true] as const),
  ['/var/lib/rancher/HAOS', true],
]);

/**
 * What the name of a block device, of its file system or of its partition looks like (fstab(5)).
 */
const LOCAL_DEVICE = /^(?:\/dev\/\S|(?:LABEL|UUID|PARTLABEL|PARTUUID)=.)/;
/** File systems that are on no block device of this machine. */
const OTHER_DEVICE = /^(?:nfs4?|cifs|tmpfs|ceph|9p|virtiofs|glusterfs)$/;

/** What is wrong with the items of `haos.mounts`, as far as it can be known without the machine. */
export const mountsRule: Rule = ({ haos }) => {
  const mounts = haos?.mounts ?? [];
  return mounts.flatMap((mount, index) => [
    ...checkMount(mount, `/haos/mounts/${index}`),
    ...checkUnique(mounts, index),
  ]);
};

function checkMount(mount: Mount, pointer: string): Finding[] {
  return [
    ...checkDevice(mount, pointer),
    ...checkPath(mount.path, pointer),
    ...checkType(mount.type, `${pointer}/type`),
    ...(mount.options ?? []).flatMap((text) => checkOption(text, `${pointer}/options`)).slice(0, 1),
  ];
}

function checkDevice({ device, type = '' }: Mount, pointer: string): Finding[] {
  if (!device) return missing(pointer, 'a mount needs a device', 'Add `device: LABEL=NAME`.');
  const isKnown = LOCAL_DEVICE.test(device) || OTHER_DEVICE.test(type);
  if (isKnown && !hasControls(device)) return [];
  return invalid(
    `${pointer}/device`,
    `${JSON.stringify(device)} does not name a device`,
    'Write /dev/NAME, LABEL=NAME or UUID=NAME; a device of the network needs its `type`, such as nfs.',
  );
}

function checkPath(path: string | undefined, pointer: string): Finding[] {
  if (!path) return missing(pointer, 'a mount needs a path', 'Add `path: /srv/data`.');
  const wrong = (message: string, hint: string) => finding('invalid-path', `${pointer}/path`, message, hint);
  if (!/^\/(?:[^/]+(?:\/[^/]+)*)?$/.test(path) || /(?:^|\/)\.{1,2}(?:\/|$)/.test(path) || hasControls(path))
    return wrong('the path must be absolute and without . and ..', 'Write it as /srv/data.');
  if (isPathTooLong(path)) return wrong('the path is too long', SHORTEN_PATH);
  const system = [...SYSTEM].find(([own, isTree]) => path === own || (isTree && path.startsWith(`${own}/`)));
  if (system === undefined) return [];
  return wrong(
    `a disk at ${path} would hide a part of the system`,
    path.startsWith('/var')
      ? 'Mount it further down, such as at /var/lib/rancher/k3s.'
      : 'Mount it at /srv/data, for example.',
  );
}

function checkType(type: string | undefined, pointer: string): Finding[] {
  if (!type || /^[\w.-]+$/.test(type)) return [];
  return isNot(pointer, type, 'a file system', 'Write ext4, xfs or vfat, or leave it out.');
}

/**
 * Plans and /proc/mounts show the options, so no password may be among them. No message has the
 * option itself.
 */
function checkOption(text: string, pointer: string): Finding[] {
  if (/(?:^|,)\s*(?:password2?|pass)=/i.test(text))
    return invalid(
      pointer,
      'everybody on the node could read the password among the options',
      'Write it into a file with permissions 0600, and name that with credentials=FILE.',
    );
  if (/^\S*$/.test(text) && !hasControls(text)) return [];
  return invalid(pointer, 'an option has a blank in it', 'Write one option in each item.');
}

function checkUnique(mounts: readonly Mount[], index: number): Finding[] {
  const { path } = mounts[index]!;
  const first = mounts.findIndex((other) => other.path === path);
  if (!path || first === index) return [];
  return finding(
    'invalid-path',
    `/haos/mounts/${index}/path`,
    `haos.mounts[${first}] is mounted at ${path} already`,
    'Give each disk a path of its own.',
  );
}
