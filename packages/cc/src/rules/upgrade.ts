import { type Finding, isHttpUrl, type Rule } from './rule.js';

/**
 * A repository of an image: host, port, path (OCI distribution specification). A tag or a digest
 * would fix the version.
 */
const IMAGE = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d+)?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/;
/** The version becomes a tag and the value of a label, where a `+` is written as `-`. */
const VERSION = /^[A-Za-z0-9](?:[A-Za-z0-9._+-]{0,61}[A-Za-z0-9])?$/;

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
