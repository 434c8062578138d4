import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorkplace, type Workplace } from '../loop/installation.js';
import { installTwice, WAYS } from './faulty-install.js';

let place: Workplace;

beforeAll(() => {
  place = createWorkplace();
});
afterAll(() => place.remove());

it.each(WAYS)(
  'an installation for $name that is killed before any of its steps succeeds when it is run again',
  async (way) => {
    let killed = 0;
    while ((await installTwice(place, way, killed + 1)) === undefined) killed += 1;
    process.stdout.write(
      `faults: ${way.name}: killed ${killed} times, before each step once; all well in the end\n`,
    );
    expect(killed).toBeGreaterThan(30);
  },
);
