import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROJECT } from '@haos/system/internal';
import { digestOf } from '../digest.js';
import { readK3sRecord } from '../k3s/k3s-record.js';
import type { Options } from '../options.js';
import type { Step } from '../step.js';
import { readInstalled } from './userland.js';

/** The list of bundled packages that the build of the program writes. */
const BUNDLED = 'bin/dist/third-party.json';

/** Makes `sbom.json`: the bill of materials of the image, in SPDX 2.3. */
export const sbom: Step = {
  name: 'sbom',
  title: 'bill of materials',
  needs: ['userland', 'kernel', 'k3s'],
  recipe: fileURLToPath(import.meta.url),
  files: [BUNDLED],
  pins: ['node'],
  settings: ['version', 'architecture', 'kernels'],
  async make({ source, of, out, options, versions, epoch }) {
    const { node } = versions;
    const kernels = options.kernels.flatMap((kind) =>
      readFileSync(join(of('kernel'), kind, 'packages'), 'utf8')
        .trim()
        .split('\n'),
    );
    const parts = [
      ...readInstalled(of('userland')).map(({ name, version, architecture }) =>
        debianPackage(name, version, architecture),
      ),
      ...kernels.map((line) => {
        const [name = '', version = '', architecture = ''] = line.split('_');
        return debianPackage(name, version, architecture);
      }),
      npmPackage('node', node.version, node[options.architecture].package),
      ...readBundled(source(BUNDLED)).map(({ name, version }) => npmPackage(name, version)),
      ...readK3s(of('k3s')),
    ];
    writeFileSync(join(out, 'sbom.json'), `${JSON.stringify(document(parts, options, epoch), null, 2)}\n`);
  },
};

interface Part {
  name: string;
  version: string;
  /** Package URL. */
  url: string;
  /** Digest of the package file, if the package is one file. */
  sha256?: string;
}

function part(name: string, version: string, url: string): Part {
  return { name, version, url };
}

function npmPackage(name: string, version: string, published: string = name): Part {
  return part(name, version, `pkg:npm/${published.replace('@', '%40')}@${version}`);
}

function readBundled(file: string): { name: string; version: string }[] {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Returns no parts if the image has no k3s. The digest identifies the build of the version. */
function readK3s(from: string): Part[] {
  const record = readK3sRecord(from);
  if (record === undefined) return [];
  const { version, program } = record;
  const url = `pkg:github/k3s-io/k3s@${encodeURIComponent(version)}`;
  return [{ ...part('k3s', version, url), sha256: program.sha256 }];
}

function debianPackage(name: string, version: string, architecture: string): Part {
  return part(name, version, `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${architecture}`);
}

function document(parts: readonly Part[], { version, architecture }: Options, epoch: number): object {
  const packages = parts.map(({ name, version: versionInfo, url, sha256 }) => ({
    SPDXID: `SPDXRef-${createHash('sha256').update(url).digest('hex').slice(0, 16)}`,
    name,
    versionInfo,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    ...(sha256 && { checksums: [{ algorithm: 'SHA256', checksumValue: sha256 }] }),
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: url }],
  }));
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: `haos-${version}-${architecture}`,
    documentNamespace: `${PROJECT.documentation}/spdx/${version}-${architecture}-${digestOf(parts.map(({ url }) => url)).slice(0, 16)}`,
    creationInfo: {
      created: new Date(epoch * 1000).toISOString().replace('.000', ''),
      creators: ['Tool: haos-os-build'],
    },
    packages,
    relationships: packages.map(({ SPDXID }) => ({
      spdxElementId: 'SPDXRef-DOCUMENT',
      relationshipType: 'DESCRIBES',
      relatedSpdxElement: SPDXID,
    })),
  };
}
