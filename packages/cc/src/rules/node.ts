import { PATTERNS } from '../model/patterns.js';
import { type Finding, findSha256, isHttpUrl, type Rule } from './rule.js';

const DEVICE = new RegExp(PATTERNS.device);

/** What is wrong with `haos.install`, as far as no machine is needed to tell. */
export const installRule: Rule = ({ haos }) => {
  const install = haos?.install ?? {};
  const findings: Finding[] = [];
  if (install.device && !DEVICE.test(install.device))
    findings.push({
      code: 'invalid-path',
      pointer: '/haos/install/device',
      message: 'the device must be a path below /dev',
      hint: 'write it as /dev/sda',
    });
  for (const key of ['configUrl', 'isoUrl'] as const)
    if (install[key] && !isHttpUrl(install[key]) && !install[key].startsWith('/'))
      findings.push({
        code: 'invalid-url',
        pointer: `/haos/install/${key}`,
        message: 'this is no http or https URL',
        hint: 'begin it with https://',
      });
  return [...findings, ...findSha256(install.isoSha256, '/haos/install/isoSha256')];
};
