import { manifestName } from '../appliers/boot-manifests.js';
import { isBase64 } from '../bytes.js';
import type { BootManifest, WriteFile } from '../generated/types.js';
import { ENCODINGS } from '../schema.js';
import { eachItem, type Finding, findSha256, isHttpUrl, type Rule } from './rule.js';

export const writeFilesRule: Rule = (config) => eachItem(config.writeFiles, '/writeFiles', checkFile);

function checkFile(file: WriteFile, pointer: string): Finding[] {
  return [
    ...checkPath(file.path, pointer),
    ...checkPermissions(file.permissions, `${pointer}/permissions`),
    ...checkEncoding(file, pointer),
  ];
}

function checkPath(path: string | undefined, pointer: string): Finding[] {
  if (!path)
    return [
      { code: 'missing-key', pointer, message: 'a file needs a path', hint: 'add `path: /where/it/goes`' },
    ];
  if (!path.startsWith('/') || path.includes('\0'))
    return [
      {
        code: 'invalid-path',
        pointer: `${pointer}/path`,
        message: 'the path must be absolute',
        hint: 'begin it with /',
      },
    ];
  if (path.endsWith('/'))
    return [
      {
        code: 'invalid-path',
        pointer: `${pointer}/path`,
        message: 'the path names a directory',
        hint: 'add the name of the file',
      },
    ];
  return [];
}

function checkPermissions(permissions: string | undefined, pointer: string): Finding[] {
  if (!permissions || /^(?:0o?)?[0-7]{1,4}$/.test(permissions)) return [];
  return [
    {
      code: 'invalid-permissions',
      pointer,
      message: 'permissions must be an octal number',
      hint: "write them in quotes, such as '0644'",
    },
  ];
}

function checkEncoding(file: WriteFile, pointer: string): Finding[] {
  const encoding = file.encoding ?? '';
  if (!(ENCODINGS as readonly string[]).includes(encoding))
    return [
      {
        code: 'invalid-value',
        pointer: `${pointer}/encoding`,
        message: `there is no encoding ${JSON.stringify(encoding)}`,
        hint: `use one of ${ENCODINGS.filter(Boolean).join(', ')}, or none`,
      },
    ];
  const problem = contentProblem((file.content ?? '').replace(/\s/g, ''), encoding);
  return problem ? [{ code: 'invalid-content', pointer: `${pointer}/content`, ...problem }] : [];
}

/** What a node will say of the content (decodeContent), as far as that can be known without decompressing it. */
function contentProblem(compact: string, encoding: string): Pick<Finding, 'message' | 'hint'> | undefined {
  const isCompressed = encoding.startsWith('gz');
  if (isCompressed && !encoding.includes('+'))
    return {
      message: 'compressed content cannot be written as text',
      hint: 'use the encoding gz+b64, or write the content as !!binary',
    };
  if (!/b64|base64/.test(encoding)) return undefined;
  if (!isBase64(compact))
    return { message: 'the content is no valid base64', hint: 'encode it again, or drop `encoding`' };
  // The three bytes that gzip begins with (RFC 1952, 2.3.1).
  return isCompressed && !compact.startsWith('H4sI')
    ? { message: 'the content is not gzip', hint: 'compress it again, or drop `gz+` from `encoding`' }
    : undefined;
}

export const bootManifestsRule: Rule = (config) => {
  const manifests = config.bootManifests ?? [];
  const seen = new Map<string, number>();
  return eachItem(manifests, '/bootManifests', (manifest, pointer) => {
    const findings = checkManifest(manifest, pointer);
    const name = manifest.url && manifestName(manifest.url);
    if (!name) return findings;
    const index = Number(pointer.split('/').at(-1));
    const earlier = seen.get(name);
    if (earlier === undefined) seen.set(name, index);
    else findings.push(duplicateManifest(name, earlier, pointer));
    return findings;
  });
};

function duplicateManifest(name: string, earlier: number, pointer: string): Finding {
  return {
    code: 'duplicate-manifest',
    pointer: `${pointer}/url`,
    message: `${name} is also the file name of boot_manifests[${earlier}]; neither would be saved`,
    hint: 'give the manifests different file names',
  };
}

function checkManifest(manifest: BootManifest, pointer: string): Finding[] {
  const findings: Finding[] = [];
  if (!manifest.url)
    findings.push({
      code: 'missing-key',
      pointer,
      message: 'a manifest needs a url',
      hint: 'add `url: https://...`',
    });
  else if (!isHttpUrl(manifest.url))
    findings.push({
      code: 'invalid-url',
      pointer: `${pointer}/url`,
      message: 'this is no http or https URL',
      hint: 'begin it with https://',
    });
  else if (manifestName(manifest.url) === undefined)
    findings.push({
      code: 'invalid-url',
      pointer: `${pointer}/url`,
      message: 'the file name must end in .yaml, .yml or .json, or k3s ignores it',
      hint: 'serve the manifest under such a name',
    });
  findings.push(...findSha256(manifest.sha256, `${pointer}/sha256`));
  return findings;
}
