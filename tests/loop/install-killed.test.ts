import { afterAll, beforeAll, it } from 'vitest';
import { installTwice, WAYS } from '../faults/faulty-install.js';
import { createWorkplace, type Workplace } from './installation.js';

let place: Workplace;

beforeAll(() => {
  place = createWorkplace();
});
afterAll(() => place.remove());

/** A few of the steps of `npm run test:faults`: early and late. */
const SOME = [4, 36];

it.each(WAYS.flatMap((way) => SOME.map((at) => ({ name: way.name, way, at }))))(
  'an installation for $name that is killed before its step $at succeeds on the second run',
  async ({ way, at }) => {
    await installTwice(place, way, at);
  },
);
