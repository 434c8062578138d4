import { PATTERNS } from '../model/patterns.js';
import { type Finding, findSha256, isHttpUrl, type Rule } from './rule.js';

const DEVICE = new RegExp(PATTERNS.device);

/** Checks `haos.install`, as far as that is possible without the machine. */
export const installRule: Rule = ({ haos }) => {
  const install = haos?.install ?? {};
  const findings: Finding[] = [];
  if (install.device && !DEVICE.test(install.device))
    findings.push({
      code: 'invalid-path',
      pointer: '/haos/install/device',
      message: 'the device must be a path below /dev',
      hint: 'Write it as `/dev/sda`.',
    });
  for (const key of ['configUrl', 'isoUrl'] as const)
    if (install[key] && !isHttpUrl(install[key]) && !install[key].startsWith('/'))
      findings.push({
        code: 'invalid-url',
        pointer: `/haos/install/${key}`,
        message: 'this is not an http or https URL',
        hint: 'Begin the URL with `https://`.',
      });
  return [...findings, ...findSha256(install.isoSha256, '/haos/install/isoSha256')];
};
