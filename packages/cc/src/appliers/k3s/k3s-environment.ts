import { HaosError } from '@haos/host';
import type { CcErrorCode } from '../../errors.js';
import type { Haos } from '../../generated/types.js';
import { fitsProcess } from '../../rules/rule.js';
import { isK3sVariable } from '../environment/environment.js';
import { isVariableName } from '../environment/environment-line.js';
import { quoteWord } from './shell-words.js';

const PROXIES = ['http_proxy', 'https_proxy', 'no_proxy'];

/**
 * PATH: k3s needs that of the image, whose programs it runs, and /etc/environment cannot extend a
 * PATH. OPTIND: a shell exits if it is set to anything but a number.
 */
const KEPT_OUT = ['PATH', 'OPTIND'];

/**
 * Returns the text of the environment file of k3s, for a shell to source: the server, the token,
 * and every variable of `haos.environment` except PATH, OPTIND and those for the installer of k3s,
 * sorted. Proxies have both spellings, because the parts of k3s do not agree on one. Root and
 * `kubeconfigGroup` can read the kubeconfig, unless `haos.environment` says otherwise; k3s before
 * 1.30 has no group option. `secrets` are the variables of flags that must not be arguments.
 *
 * Throws HAOS_CC_ENVIRONMENT_NAME or HAOS_CC_ENVIRONMENT_VALUE if a variable of k3s cannot be
 * written, because k3s would create its own cluster without its token or its server. Leaves out
 * other such variables; the step for /etc/environment reports them.
 */
export function renderK3sEnvironment(
  haos: Haos,
  kubeconfigGroup: string,
  secrets: ReadonlyMap<string, string> = new Map(),
): string {
  const variables = new Map([
    ['K3S_KUBECONFIG_MODE', '0640'],
    ['K3S_KUBECONFIG_GROUP', kubeconfigGroup],
    ...Object.entries(haos.environment ?? {}).filter(([name, value]) => isForK3s(name, value)),
    ...proxiesOf(haos.environment ?? {}),
  ]);
  if (haos.serverUrl) variables.set('K3S_URL', haos.serverUrl);
  if (haos.token) variables.set('K3S_TOKEN', haos.token);
  // A flag overrides a variable, and so does what takes its place.
  for (const [name, value] of secrets) variables.set(name, value);
  const sorted = [...variables].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([name, value]) => formatAssignment(name, value)).join('');
}

function isForK3s(name: string, value: string): boolean {
  if (name.startsWith('INSTALL_K3S_') || KEPT_OUT.includes(name)) return false;
  return isK3sVariable(name) || (isVariableName(name) && isOneLine(value) && fitsProcess(`${name}=${value}`));
}

function proxiesOf(environment: Readonly<Record<string, string>>): [string, string][] {
  return PROXIES.flatMap((name): [string, string][] => {
    const upper = name.toUpperCase();
    const lowerValue = environment[name] ?? environment[upper];
    const upperValue = environment[upper] ?? environment[name];
    if (lowerValue === undefined || upperValue === undefined) return [];
    return [[name, lowerValue] as [string, string], [upper, upperValue] as [string, string]].filter(
      ([name, value]) => isOneLine(value) && fitsProcess(`${name}=${value}`),
    );
  });
}

function isOneLine(value: string): boolean {
  return !/[\n\r\0]/.test(value);
}

function formatAssignment(name: string, value: string): string {
  if (!isVariableName(name)) {
    throw new HaosError<CcErrorCode>(
      'HAOS_CC_ENVIRONMENT_NAME',
      `${JSON.stringify(name)} is not a valid variable name`,
      {
        hint: 'Use letters, digits and underscores in the names of haos.environment.',
      },
    );
  }
  if (!isOneLine(value)) {
    throw new HaosError<CcErrorCode>(
      'HAOS_CC_ENVIRONMENT_VALUE',
      `the value of ${name} for k3s contains a line break`,
      {
        hint: 'Write the value on one line.',
      },
    );
  }
  return `${name}=${quoteWord(value)}\n`;
}
