import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeK3s, RECORD } from '../k3s/k3s-record.js';
import { placeFile } from '../overlay.js';
import type { Step } from '../step.js';

/**
 * Makes the component, as it is on a node: `k3s`, `images/` if there are any, and `k3s.json`, which
 * describes them. The result is empty if k3s could not be obtained, since an image may lack k3s.
 */
export const k3s: Step = {
  name: 'k3s',
  title: 'k3s',
  needs: [],
  recipe: fileURLToPath(import.meta.url),
  settings: ['k3s'],
  async make({ options, out }) {
    const { k3s: parts } = options;
    if (parts === undefined) return;
    const { program, images } = parts;
    placeFile(program.path, join(out, 'k3s'), 0o755);
    if (images !== undefined) placeFile(images.path, join(out, 'images', images.name), 0o644);
    writeFileSync(join(out, RECORD), `${JSON.stringify(describeK3s(parts), null, 2)}\n`, { mode: 0o644 });
  },
};
