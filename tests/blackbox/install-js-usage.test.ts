import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { haos, ROOT } from './haos.js';

const program = join(ROOT, 'bin/dist/install.js');
const installJs = (...args: string[]) => haos(args, { program });

describe('install.js', () => {
  it.each(['--help', '-h'])('%s prints the help', async (option) => {
    const { status, stdout, stderr } = await installJs(option);

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('Usage: install.js');
    expect(stdout).toContain('DEVICE ISO');
    expect(stdout).toContain('Examples:');
  });

  it('prints its version', async () => {
    expect(await installJs('--version')).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^install\.js \d+\.\d+\.\d+\n$/),
      stderr: '',
    });
  });

  it.each<[string, string[]]>([
    ['nothing', []],
    ['no ISO', ['/dev/vdb']],
    ['a third operand', ['/dev/vdb', 'haos.iso', 'config.yaml']],
    ['an unknown option', ['--forceefi', '/dev/vdb', 'haos.iso']],
    ['an option without its value', ['/dev/vdb', 'haos.iso', '--config']],
    ['a switch with a value', ['--check=yes', '/dev/vdb', 'haos.iso']],
    ['an unknown format', ['--format', 'xml', '/dev/vdb', 'haos.iso']],
    ['an invalid digest', ['--sha256', 'abc', '/dev/vdb', 'haos.iso']],
  ])('refuses %s with status 2, one line, and a reference to the help', async (_title, args) => {
    const { status, stdout, stderr } = await installJs(...args);

    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^install\.js: .+\n {2}.*See install\.js --help\.\n$/);
  });

  it('suggests the option that was meant', async () => {
    expect((await installJs('--forceefi', '/dev/vdb', 'haos.iso')).stderr).toContain(
      'Did you mean --force-efi?',
    );
  });

  it.runIf(process.getuid?.() === 0)('is for root only (needs root to become another user)', async () => {
    const { status, stderr } = await haos(['/dev/vdb', 'haos.iso'], { program, uid: 65_534 });

    expect(status).toBe(5);
    expect(stderr).toContain('sudo');
  });
});
