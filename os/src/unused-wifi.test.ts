import { expect, it } from 'vitest';
import { findUnusedWifi } from './unused-wifi.js';

it('keeps the version that the driver loads: the newest one that it supports', () => {
  const present = ['a-77', 'a-89', 'a-92', 'a-93', 'b-5', 'c-1', 'c-2'].map(
    (name) => `iwlwifi-${name}.ucode`,
  );
  const requested = ['iwlwifi-a-92.ucode', 'iwlwifi-b-7.ucode', 'iwlwifi-a.pnvm'];

  expect(findUnusedWifi([...present, 'iwlwifi-a.pnvm', 'regulatory.db'], requested)).toEqual([
    'iwlwifi-a-77.ucode',
    'iwlwifi-a-89.ucode',
    'iwlwifi-a-93.ucode',
  ]);
});

it('removes nothing without a driver', () => {
  expect(findUnusedWifi(['iwlwifi-a-77.ucode', 'regulatory.db'], [''])).toEqual([]);
});
