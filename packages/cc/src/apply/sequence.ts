import { password } from '../appliers/accounts/password.js';
import { sshAccess } from '../appliers/accounts/ssh-access.js';
import { sshAuthorizedKeys, sshAuthorizedKeysRemote } from '../appliers/accounts/ssh-authorized-keys.js';
import { timezone } from '../appliers/clock/timezone.js';
import { bootCmd, initCmd, runCmd } from '../appliers/commands/commands.js';
import { dataSources } from '../appliers/data-sources.js';
import { environment } from '../appliers/environment/environment.js';
import { writeFiles } from '../appliers/files/write-files.js';
import { k3s } from '../appliers/k3s/k3s.js';
import { k3sEarly } from '../appliers/k3s/k3s-early.js';
import { hardening } from '../appliers/kernel/hardening.js';
import { modules } from '../appliers/kernel/modules.js';
import { sysctls } from '../appliers/kernel/sysctls.js';
import { keyboard } from '../appliers/keyboard/keyboard.js';
import { bootManifests } from '../appliers/manifests/boot-manifests.js';
import { shippedManifests } from '../appliers/manifests/shipped-manifests.js';
import { mounts } from '../appliers/mounts/mounts.js';
import { connman } from '../appliers/network/connman.js';
import { hostname } from '../appliers/network/hostname.js';
import { network } from '../appliers/network/network.js';
import { wifi } from '../appliers/network/wifi.js';
import type { Applier, Phase } from './types.js';

/** What boot and runtime begin with, in order: the machine, its network, its accounts. */
const node = [
  dataSources,
  hardening,
  modules,
  sysctls,
  hostname,
  timezone,
  keyboard,
  mounts,
  connman,
  network,
  wifi,
  password,
  sshAccess,
  sshAuthorizedKeys,
];

/**
 * The appliers of each phase, in order. The order is behaviour: files are written before the
 * commands that use them, and at runtime what needs the network comes last, so that neither
 * commands nor k3s wait for a download.
 */
// biome-ignore lint/suspicious/noExplicitAny: only the applier knows the type of what it fetches.
export const sequence: Readonly<Record<Phase, readonly Applier<any>[]>> = {
  initrd: [modules, sysctls, hostname, password, writeFiles, environment, initCmd],
  boot: [...node, k3s, writeFiles, environment, bootCmd, k3sEarly],
  runtime: [
    ...node,
    writeFiles,
    environment,
    runCmd,
    shippedManifests,
    k3s,
    bootManifests,
    sshAuthorizedKeysRemote,
  ],
  install: [k3s],
};
