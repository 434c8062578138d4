import { describe, expect, it, onTestFinished } from 'vitest';
import { parseAddresses, readAddresses } from './addresses.js';
import { HaosError } from './errors.js';
import { createTestHost, type ScriptedCommand } from './testing.js';

async function addressesBy(program: ScriptedCommand) {
  const host = createTestHost({ commands: { '/usr/lib/haos/addresses': program } });
  onTestFinished(() => host.dispose());
  return readAddresses(host);
}

describe('the addresses of this machine', () => {
  it('are the ones that its program lists', async () => {
    expect(await addressesBy({ stdout: 'eth0 10.0.2.15\neth1 fd00::1\n' })).toEqual([
      { interface: 'eth0', address: '10.0.2.15' },
      { interface: 'eth1', address: 'fd00::1' },
    ]);
  });

  it('are empty before the network is up', async () => {
    expect(await addressesBy({})).toEqual([]);
  });

  it('are empty if the program is missing', async () => {
    const missing = () => {
      throw new HaosError('HAOS_COMMAND_NOT_FOUND', 'command not found');
    };

    expect(await addressesBy(missing)).toEqual([]);
  });

  it.each(['', '\n', 'eth0', ' \n '])('are empty for %j', (text) => {
    expect(parseAddresses(text)).toEqual([]);
  });
});
