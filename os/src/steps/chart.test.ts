import { expect, it } from 'vitest';
import { chartVersion } from './chart.js';

it.each([
  ['v1.2.3', '1.2.3'],
  ['1.2.3-rc.1', '1.2.3-rc.1'],
  ['v0.1.0-5-gabcdef', '0.1.0-5-gabcdef'],
  ['nightly_7', '0.0.0-nightly-7'],
])('the chart of %s has a semantic version', (version, expected) => {
  expect(chartVersion(version)).toBe(expected);
});
