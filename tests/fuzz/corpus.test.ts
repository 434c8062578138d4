import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { listTargets } from './bundle.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

type Fuzz = (data: Uint8Array) => void | Promise<void>;

/** Every input that once failed, and one of each kind: what a fuzzer begins with. */
describe.each(listTargets(ROOT))('the corpus of %s', (target) => {
  const directory = join(ROOT, 'tests/fuzz/corpus', target);
  const inputs = readdirSync(directory).sort();

  it('has inputs', () => expect(inputs.length).toBeGreaterThan(2));

  it.each(inputs)('%s', async (input) => {
    const { fuzz } = (await import(`./targets/${target}.ts`)) as { fuzz: Fuzz };

    await fuzz(new Uint8Array(readFileSync(join(directory, input))));
  });
});
