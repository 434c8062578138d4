import { PATTERNS } from '../model/patterns.js';
import { type Finding, isHttpUrl, type Rule } from './rule.js';

const IMAGE = new RegExp(PATTERNS.image);
const VERSION = new RegExp(PATTERNS.version);

export const upgradeRule: Rule = ({ haos }) => {
  const { channel, image, version } = haos?.upgrade ?? {};
  const findings: Finding[] = [];
  if (channel && !isHttpUrl(channel))
    findings.push({
      code: 'invalid-url',
      pointer: '/haos/upgrade/channel',
      message: 'the channel must be an http or https URL',
      hint: 'Write it as `https://HOST/PATH/latest`.',
    });
  if (image && !IMAGE.test(image))
    findings.push({
      code: 'invalid-value',
      pointer: '/haos/upgrade/image',
      message: 'the image must be a repository without a tag, in lower case',
      hint: 'Write it as `HOST/PATH`; `version` or `channel` gives the tag.',
    });
  if (version && !VERSION.test(version))
    findings.push({
      code: 'invalid-value',
      pointer: '/haos/upgrade/version',
      message:
        'the version must have at most 63 letters, digits, - _ . + and begin and end with a letter or digit',
      hint: 'Write it as `v1.2.0`.',
    });
  return findings;
};
