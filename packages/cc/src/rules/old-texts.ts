import { mayBeOld, UPGRADE_LABEL } from './old-labels.js';

/**
 * What configurations of k3OS and of the Go HAOS have and HAOS has not, with what to write now. The
 * validator warns of it and `haos migrate` replaces it. From the documentation and the source of
 * rancher/k3os and 1898andCo/HAOS.
 */

/** Something old inside a text: a path, a command, a name. */
export interface OldText {
  /** Global, so that `matchAll` and `replaceAll` find every one. */
  readonly pattern: RegExp;
  /** What is wrong with it; never a part of the text beyond the pattern. */
  readonly message: string;
  /**
   * What to write now, with the groups of the pattern as `$1`; undefined: a person has to decide.
   */
  readonly now: string | undefined;
  /** What to do, as one sentence. */
  readonly hint: string;
}

/** Not within a longer path or URL. */
const START = String.raw`(?<![\w./-])`;
const END = String.raw`(?![\w.-])`;
/** Where a system's root may be seen from: the root that was booted, and the job of an upgrade. */
const ROOT = String.raw`${START}((?:/\.base|/host)?)`;

interface Words {
  message: string;
  /** What the hint shows; default: `now` as it is. */
  shown?: string;
}

function replaced(pattern: string, now: string, { message, shown = now }: Words): OldText {
  return { pattern: new RegExp(pattern, 'g'), message, now, hint: `Write ${shown}.` };
}

function asked(pattern: string, { message, hint }: { message: string; hint: string }): OldText {
  return { pattern: new RegExp(pattern, 'g'), message, now: undefined, hint };
}

const OLD_UPGRADE_LABEL = String.raw`\b(?:k3os\.io/upgrade|plan\.upgrade\.cattle\.io/k3os-latest)`;
const NO_LABEL = { message: 'a label of k3OS, which nothing of HAOS looks at' };

/** In this order: an earlier one replaces before a later one looks. */
export const OLD_TEXTS: readonly OldText[] = [
  replaced(`${ROOT}/k3os/system/k3os${END}`, '$1/haos/system/haos', {
    message: '/k3os/system/k3os is a directory of k3OS',
    shown: '/haos/system/haos',
  }),
  replaced(`${ROOT}/k3os${END}`, '$1/haos', {
    message: '/k3os is a directory of k3OS',
    shown: '/haos',
  }),
  replaced(`${START}/var/lib/rancher/k3os${END}`, '/var/lib/rancher/HAOS', {
    message: '/var/lib/rancher/k3os is a directory of k3OS',
  }),
  replaced(`${START}/var/lib/1898andCo/HAOS${END}`, '/var/lib/rancher/HAOS', {
    message: '/var/lib/1898andCo/HAOS is a directory of the Go HAOS',
  }),
  replaced(`${START}/run/k3os${END}`, '/run/haos', { message: '/run/k3os is a directory of k3OS' }),
  replaced(
    `(${START}/var/lib/rancher/k3s/server/manifests)/system-upgrade-plans/k3os-latest\\.yaml`,
    '$1/haos-upgrade.yaml',
    {
      message: 'system-upgrade-plans/k3os-latest.yaml is the Plan of k3OS',
      shown: '/var/lib/rancher/k3s/server/manifests/haos-upgrade.yaml',
    },
  ),
  replaced(String.raw`\bK3OS_STATE\b`, 'HAOS_STATE', {
    message: 'K3OS_STATE is the label of the disk of k3OS',
  }),
  replaced(
    String.raw`${START}(?:/usr)?(?:/s?bin/)?k3os(?= +(?:--?\w+ +)*(?:config|install|upgrade|--version)\b)`,
    'haos',
    { message: 'k3os is the program of k3OS' },
  ),
  replaced(String.raw`(?<![\w./-])k3os\.(?!io\b)(?=[a-z][a-z0-9_]*[.=[])`, 'haos.', {
    message: 'k3os.* are kernel arguments of k3OS',
    shown: 'haos.*',
  }),
  // With a value, as in `kubectl label` and in YAML.
  replaced(
    String.raw`${OLD_UPGRADE_LABEL}(=|: *)(["']?)(?!disabled\b)\w[\w.-]*`,
    `${UPGRADE_LABEL}$1$2enabled`,
    { ...NO_LABEL, shown: `${UPGRADE_LABEL} with the value enabled` },
  ),
  replaced(`${OLD_UPGRADE_LABEL}${END}`, UPGRADE_LABEL, NO_LABEL),
  replaced(String.raw`\bk3os\.io/(?=(?:mode|version)\b)`, 'haos.io/', {
    ...NO_LABEL,
    shown: 'haos.io in the place of k3os.io',
  }),
  replaced(`${START}k3os-system${END}`, 'haos-system', {
    message: 'k3os-system is the namespace of k3OS',
  }),
  asked(String.raw`\bgithub\.com/rancher/k3os/releases|${START}(?:docker\.io/)?rancher/k3os(?=[:\s"']|$)`, {
    message: 'this names a release of k3OS, which must not be installed over HAOS',
    hint: 'Name a release of HAOS, or remove the Plan: HAOS brings its own.',
  }),
  asked(`${START}/usr/(?:lib|libexec|share)/(?:rancher/)?k3os${END}(?!/scripts/k3os-upgrade-)`, {
    message: 'k3OS had this directory below /usr, and HAOS does not',
    hint: 'Remove what needs it.',
  }),
  asked(String.raw`(?:^|[;&|]|\bsudo)\s*apk +(?:-\S+ +)*(?:add|update|upgrade)\b`, {
    message: 'apk is a program of Alpine; HAOS has no packages to install',
    hint: 'Remove it, and run the program in a container.',
  }),
];

/** The old things in a text, each once. */
export function findOldTexts(text: string): readonly OldText[] {
  if (!mayBeOld(text)) return [];
  const found = new Set<OldText>();
  let rest = text;
  for (const old of OLD_TEXTS) {
    old.pattern.lastIndex = 0;
    if (!old.pattern.test(rest)) continue;
    found.add(old);
    // What this one stands for must not be found again by a wider one.
    rest = rest.replaceAll(old.pattern, ' ');
  }
  return [...found];
}
