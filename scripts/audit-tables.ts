import { AREAS, CHECKS, type Check, type Source } from '../packages/audit/src/index.js';
import {
  expectationOf,
  KNOWN_SOCKETS,
  LIMITED_SERVICES,
  type LimitedService,
  ROOT_SERVICES,
  SETUID_PROGRAMS,
  WORLD_WRITABLE,
} from '../packages/audit/src/internal.js';

const SOURCES: Readonly<Record<Source, string>> = {
  kernel: '[kernel](https://docs.kernel.org/admin-guide/)',
  kspp: '[KSPP](https://kspp.github.io/Recommended_Settings)',
  'cis-linux': '[CIS Debian](https://www.cisecurity.org/benchmark/debian_linux)',
  'cis-k3s': '[CIS Kubernetes](https://docs.k3s.io/security/self-assessment-1.9)',
  k3s: '[k3s](https://docs.k3s.io/security/hardening-guide)',
  openssh: '[sshd_config(5)](https://man.openbsd.org/sshd_config)',
  lynis: '[lynis](https://cisofy.com/lynis/controls/)',
  haos: 'HAOS',
};

const TITLES: Readonly<Record<(typeof AREAS)[number], string>> = {
  kernel: 'Kernel settings',
  mounts: 'Mounts',
  modules: 'Modules',
  accounts: 'Accounts',
  ssh: 'SSH',
  files: 'Files',
  services: 'Services',
  network: 'Network',
  trust: 'Trust',
  kubernetes: 'Kubernetes',
};

/** Returns the generated regions of docs/security.md, as Markdown. */
export function auditTables(): Record<string, string> {
  return {
    checks: AREAS.map((area) => `### ${TITLES[area]}\n\n${table(area)}`).join('\n\n'),
    'limited-services': rows(
      ['program', 'user', 'capabilities', 'may gain more', 'what for'],
      LIMITED_SERVICES.map(serviceRow),
    ),
    'root-services': rows(['program', 'why root'], Object.entries(ROOT_SERVICES)),
    setuid: list('program', SETUID_PROGRAMS),
    'world-writable': list('path', WORLD_WRITABLE),
    sockets: rows(
      ['socket', 'program', 'why'],
      KNOWN_SOCKETS.map(({ protocol, port = 'any', program = 'the kernel', why }) => [
        `${protocol} ${port}`,
        program,
        why,
      ]),
    ),
  };
}

function table(area: string): string {
  const checks = CHECKS.filter(({ id }) => id.startsWith(`${area}.`));
  return rows(['check', 'expected', 'why', 'severity', 'source'], checks.map(rowOf));
}

function rowOf({ id, title, why, severity, level, source, look }: Check): string[] {
  const name = `\`${id}\`<br>${title}${level === 'strict' ? ' (*strict*)' : ''}`;
  return [name, expectationOf(look), why, severity, SOURCES[source]];
}

function serviceRow({ program, user, why, ...rights }: LimitedService): string[] {
  const { capabilities, sometimes = {}, noNewPrivileges } = rights;
  const nameOf = (name: string) => `\`CAP_${name.toUpperCase()}\``;
  const cases = Object.entries(sometimes).map(([name, when]) => `${when}: ${nameOf(name)}`);
  const all = [capabilities.map(nameOf).join(', ') || 'none', ...cases].join('; ');
  return [program, `\`${user}\``, all, noNewPrivileges ? 'no' : 'yes', why];
}

function list(head: string, reasons: Readonly<Record<string, string>>): string {
  return rows(
    [head, 'why'],
    Object.entries(reasons).map(([path, why]) => [`\`${path}\``, why]),
  );
}

function rows(heads: readonly string[], cells: readonly (readonly string[])[]): string {
  const line = (texts: readonly string[]) =>
    `| ${texts.map((text) => text.replaceAll('|', '\\|').replaceAll('*', '\\*').replaceAll('\\*strict\\*', '*strict*')).join(' | ')} |`;
  return [line(heads), `|${'---|'.repeat(heads.length)}`, ...cells.map(line)].join('\n');
}
