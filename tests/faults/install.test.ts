import { afterAll, describe, it } from 'vitest';
import { createWorkplace } from '../loop/installation.js';
import { countEffects, installTwice, WAYS } from './faulty-install.js';

const place = createWorkplace();
afterAll(() => place.remove());

describe.each(WAYS)('an installation for $name', (way) => {
  const moments = Array.from({ length: countEffects(place, way) }, (_, index) => index + 1);

  it.each(moments)('that is killed before its step %i succeeds on the second run', async (at) => {
    await installTwice(place, way, at);
  });
});
