import { createTestHost, type TestHostOptions } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Wifi } from '../../generated/types.js';
import { runApplier, runTwice } from '../testing.js';
import { wifi } from './wifi.js';

const SETTINGS = '/var/lib/connman/settings';
const NETWORKS = '/var/lib/connman/cloud-config.config';
const CONFIG = { haos: { wifi: [{ name: 'home', passphrase: 'my password' }, { name: 'open' }] } };

describe('wifi', () => {
  it('writes the networks and turns wireless on during boot', async () => {
    const host = hostWith({
      tree: { [SETTINGS]: { content: '[global]\nOfflineMode=false\n', mode: 0o600 } },
    });

    const { first, second } = await runTwice(wifi, CONFIG, { host, phase: 'boot' });

    expect(first.failures).toEqual([]);
    expect(second.operations).toEqual([]);
    expect(host.files.stat(NETWORKS)?.mode).toBe(0o600);
    expect(host.files.readText(NETWORKS).split('\n').slice(2)).toEqual([
      '[service_wifi0]',
      'Type=wifi',
      'Name=home',
      'Passphrase=my password',
      '',
      '[service_wifi1]',
      'Type=wifi',
      'Name=open',
      '',
    ]);
    expect(host.files.readText(SETTINGS)).toBe('[global]\nOfflineMode=false\n\n[WiFi]\nEnable=true\n');
  });

  it('gives the passphrases to the user of connman, who reads them', async () => {
    const host = hostWith({ tree: { [SETTINGS]: '[WiFi]\nEnable=true\n' } });
    host.files.setAttributes('/var/lib/connman', { owner: { uid: 400, gid: 400 } });

    const { second } = await runTwice(wifi, CONFIG, { host });

    expect(second.operations).toEqual([]);
    expect(host.files.stat(NETWORKS)).toMatchObject({ uid: 400, gid: 400, mode: 0o600 });
  });

  it('lets connman turn wireless on at runtime if it is off', async () => {
    const host = hostWith({
      commands: {
        'connmanctl enable wifi': () => {
          host.files.write(SETTINGS, '[WiFi]\nEnable=true\n');
          return {};
        },
      },
    });

    await runTwice(wifi, CONFIG, { host });

    expect(host.calls).toHaveLength(1);
  });

  it('never shows a passphrase in an operation', async () => {
    const host = hostWith();

    const run = await runApplier(wifi, CONFIG, { host, phase: 'boot' });

    expect(JSON.stringify(run, bytesAsText)).not.toContain('my password');
  });

  it('writes a name with blanks at its ends as bytes', async () => {
    const host = hostWith();

    await runApplier(wifi, { haos: { wifi: [{ name: ' café ' }] } }, { host, phase: 'boot' });

    expect(host.files.readText(NETWORKS)).toContain('\nSSID=20636166c3a920\n');
  });

  it('removes its file if no network is configured any more', async () => {
    const host = hostWith();
    await runApplier(wifi, CONFIG, { host, phase: 'boot' });

    const { second } = await runTwice(wifi, {}, { host, phase: 'boot' });

    expect(host.files.stat(NETWORKS)).toBeUndefined();
    expect(second.operations).toEqual([]);
  });

  it('keeps its file if part of the configuration is unreadable', async () => {
    const host = hostWith();
    await runApplier(wifi, CONFIG, { host, phase: 'boot' });

    const run = await runApplier(wifi, {}, { host, phase: 'boot', incomplete: true });

    expect(run.operations).toEqual([]);
  });

  it('does not remove a file that HAOS did not write', async () => {
    const host = hostWith({ tree: { [NETWORKS]: '[service_mine]\nType=wifi\n' } });

    expect((await runApplier(wifi, {}, { host, phase: 'boot' })).operations).toEqual([]);
  });

  it.each([
    ['a line break in the name', { name: 'a\nType=ethernet' }, 'HAOS_CC_CONNMAN_VALUE'],
    [
      'a line break in the passphrase',
      { name: 'a', passphrase: 'secret\nHidden=true' },
      'HAOS_CC_CONNMAN_VALUE',
    ],
    ['no name', { passphrase: 'secret' }, 'HAOS_CC_WIFI'],
  ])('leaves out a network with %s, and writes the others', async (_, bad, code) => {
    const host = hostWith();

    const run = await runApplier(
      wifi,
      { haos: { wifi: [bad as Wifi, { name: 'home' }] } },
      { host, phase: 'boot' },
    );

    expect(run.failures).toEqual([code]);
    expect(run.messages.join()).not.toContain('secret');
    expect(host.files.readText(NETWORKS).match(/^\[.*/gm)).toEqual(['[service_wifi1]']);
  });

  it('leaves files to write_files when that writes them', async () => {
    const host = hostWith();
    const config = { ...CONFIG, writeFiles: [{ path: SETTINGS }, { path: NETWORKS }] };

    expect((await runApplier(wifi, config, { host, phase: 'boot' })).operations).toEqual([]);
  });

  it('plans without writing', async () => {
    const host = hostWith({ kind: 'plan' });
    const before = host.tree();

    const { first, second } = await runTwice(wifi, CONFIG, { host, phase: 'boot' });

    expect(first.changes.length).toBeGreaterThan(0);
    expect(second.changes).toEqual([]);
    expect(host.tree()).toEqual(before);
  });
});

function bytesAsText(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : value;
}

function hostWith(options: TestHostOptions = {}) {
  const host = createTestHost(options);
  onTestFinished(() => host.dispose());
  return host;
}
