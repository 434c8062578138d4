import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { digestFiles } from './container-images.js';
import { CACHE, goBuild } from './k3s.js';

/** Programs that check or render manifests; each has a module beside this file, which pins it. */
const TOOLS = {
  helm: 'helm.sh/helm/v3/cmd/helm',
  kubeconform: 'github.com/yannh/kubeconform/cmd/kubeconform',
};

/** Returns such a program; it is built once per version and kept. */
export function buildTool(name: keyof typeof TOOLS): string {
  const program = join(CACHE, `${name}-${digestFiles([join(import.meta.dirname, name, 'go.sum')])}`);
  if (!existsSync(program)) goBuild(name, program, [], [], TOOLS[name]);
  return program;
}
