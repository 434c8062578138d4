import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reproducibleTar } from '../reproducible-tar.js';
import type { Step } from '../step.js';

const SOURCE = 'packages/operator/chart';

/** Makes `chart.tgz`: the Helm chart of the operator with the version of the image. */
export const chart: Step = {
  name: 'chart',
  title: 'Helm chart of the operator',
  needs: [],
  recipe: fileURLToPath(import.meta.url),
  files: [SOURCE],
  settings: ['version'],
  async make({ source, options, out, run, epoch }) {
    const tree = join(out, 'haos-operator');
    cpSync(source(SOURCE), tree, { recursive: true });
    const file = join(tree, 'Chart.yaml');
    const version = chartVersion(options.version);
    const text = readFileSync(file, 'utf8').replaceAll(/^((?:appV|v)ersion: ).*$/gm, `$1${version}`);
    writeFileSync(file, text);
    const archive = join(out, 'chart.tar');
    const same = [...reproducibleTar(epoch), '--mode=u=rwX,go=rX'];
    await run('tar', ['--create', `--file=${archive}`, ...same, `--directory=${out}`, 'haos-operator']);
    await run('gzip', ['--no-name', '--suffix=.gz', archive]);
    renameSync(`${archive}.gz`, join(out, 'chart.tgz'));
    rmSync(tree, { recursive: true });
  },
};

/** Returns a semantic version, which Helm demands of a chart. */
export function chartVersion(version: string): string {
  const semantic = /^v?(\d+\.\d+\.\d+(?:[-+].*)?)$/.exec(version)?.[1];
  return semantic ?? `0.0.0-${version.replace(/[^0-9A-Za-z-]+/g, '-')}`;
}
