import type { Host } from '@haos/host';
import { mountOf, readRootHash, readSecureBoot } from '@haos/host/internal';
import { layout } from '@haos/system';
import { readFloor } from '@haos/system/internal';
import type { Finding, MachineLook, ServiceLook, TextLook } from '../check.js';
import type { Machine } from '../facts/machine.js';
import { finding, NOT_RUNNING, skip } from '../finding.js';

/** OpenRC has a link here for each service that runs. */
const STARTED = '/run/openrc/started';

/** Checks that OpenRC started a service and it did not crash. */
export function lookAtService({ name }: ServiceLook, { host, isRunning }: Machine): Finding {
  if (!isRunning) return skip(NOT_RUNNING);
  const isStarted = host.files.lstat(`${STARTED}/${name}`) !== undefined;
  return finding(isStarted, isStarted ? 'started' : 'not started', `/etc/init.d/${name}`);
}

/** Compares a part of a file. */
export function lookAtText(look: TextLook, { host, isRunning }: Machine): Finding {
  if (look.needsKernel && !isRunning) return skip(NOT_RUNNING);
  const text = host.files.readTextIfExists(look.path);
  if (text === undefined && look.absent !== undefined) return skip(look.absent);
  const value = new RegExp(look.pattern, 'm').exec(text ?? '')?.[1];
  return finding(value !== undefined && look.accepted.includes(value), value ?? 'not there', look.path);
}

/** Checks a fact of the machine. */
export function lookAtMachine({ fact }: MachineLook, machine: Machine): Finding {
  if (!machine.isRunning) return skip(NOT_RUNNING);
  const looks = {
    'secure-boot': lookAtSecureBoot,
    'verified-root': lookAtRoot,
    'encrypted-data': lookAtData,
  };
  return looks[fact](machine);
}

function lookAtSecureBoot({ host }: Machine): Finding {
  const isOn = readSecureBoot(host);
  if (isOn === undefined) return finding(false, 'this machine did not start through UEFI');
  return finding(isOn, isOn ? 'on' : 'off', 'the variable SecureBoot of the firmware');
}

function lookAtRoot({ host, level }: Machine): Finding {
  const hash = readRootHash(host);
  if (hash === undefined)
    return level === 'strict'
      ? finding(false, 'not verified')
      : skip('no signed boot image started this node');
  return finding(true, `verified, root hash ${hash}`, 'device-mapper of the kernel');
}

/** Early boot mounts the data from the volume that it opened. */
function lookAtData({ host, mounts }: Machine): Finding {
  const source = mountOf(mounts, '/var')?.source;
  const isEncrypted = host.files.stat(layout.encryption) !== undefined && source === '/dev/mapper/haos-data';
  return finding(
    isEncrypted,
    isEncrypted ? `encrypted, with ${describeKeys(host)}` : 'not encrypted',
    source,
  );
}

function describeKeys(host: Host): string {
  if (host.files.stat(layout.tpm) === undefined) return 'a passphrase';
  const { current = 0 } = readFloor(host) ?? {};
  return `a passphrase and the TPM${current > 0 ? `, from floor ${current} on` : ''}`;
}
