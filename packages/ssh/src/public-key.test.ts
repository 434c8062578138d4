import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyId, parsePublicKeys, type RejectionCode } from './public-key.js';
import { makeKey } from './testing/make-key.js';

// Generated with ssh-keygen for these tests; the private keys were deleted.
const ED25519 = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDojyW5E3+zlR6JyVn9CFyFAAEwwIhsMURFcqrBbvUSB a@b';
const RSA =
  'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCgZS9wkVmSslVvGOCg+J/+Z3Z4KqYb8SmmeKVJvYMuszRPBks747HfIkQr09n/LEJdUe9B3UStCnhzUMGdUHXaMHGjFdFkJPXB12ZWqiAyoP/SvMqGD/d+Xs0VC+QXzxIcAtbpXBa15ZBRACeNPghFzGvX7YyPtkXLe9C/gKxoljuG5h8KMEIDMcmK9EEweNeIZFq9cSjjpEfypglUk0EpSVTypV2/uY/itI37uuhun9u2eXA3VuhsZi7hcnqR+OztetiaoPdg8gqHigd5dvFyVQDohzMkma2SSsBLP1Pv1R9d15EgraqowJP6fqlfxU0mg1PP7FNFP9Xx2F4C3O3v a@b';
const ECDSA256 =
  'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEUL3IqaCKbGKpcCeh4YgPcOjvzEUuI+g/LCDqRVruMOXCe59OesK9zT4hJZhCPY/YPk2AIlK3cK5CpQW5E5cKM= a@b';
const ECDSA384 =
  'ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBDWKxZhszmS9OV/ZlX4CzL7HTEwdkKI9tlh2hIDNrdxcyud/aFDDXF86jATOclzboo81fPPROo85xT/Z1kjint+fgOLYd8491htRNU97erTzvOHe1VtlO7c9V742fCmhdQ== a@b';
const ECDSA521 =
  'ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAFR5orUDA+pH5egEkMo/ZXy+1j58lu13MMiQmfVqfbPvLThAUXgblHOg90/ttwHiMxcUFyqsnvL/piMk4XfT73p+ABF/vnq70TJFYjBKHmem08GmXGQDa4CRwllmuA1fbYubs0+4AY7IsZQicpwFJ8w1yHz7amZfK9jWfYUK5MbCY2HnQ== a@b';
const CERTIFICATE =
  'ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIDsr6xNYJNl2Us1fIKK/Ai2Ex6oD6oKZwQ55d5bPDLDDAAAAIDojyW5E3+zlR6JyVn9CFyFAAEwwIhsMURFcqrBbvUSBAAAAAAAAAAAAAAABAAAAAmlkAAAACwAAAAdyYW5jaGVyAAAAAAAAAAD//////////wAAAAAAAACCAAAAFXBlcm1pdC1YMTEtZm9yd2FyZGluZwAAAAAAAAAXcGVybWl0LWFnZW50LWZvcndhcmRpbmcAAAAAAAAAFnBlcm1pdC1wb3J0LWZvcndhcmRpbmcAAAAAAAAACnBlcm1pdC1wdHkAAAAAAAAADnBlcm1pdC11c2VyLXJjAAAAAAAAAAAAAAAzAAAAC3NzaC1lZDI1NTE5AAAAINYMc3bABBtLa6+zYKzLZN0ErztshDHlqE/2Mf2h5Y31AAAAUwAAAAtzc2gtZWQyNTUxOQAAAEBH090nQd7IfJIa7vbPeomg/fW711zprO6qI9BEn/2OKsxaSDye5w7tf0UbnOABItmMDwtwkKAlwM2LohqSh0cF a@b';
const SK_ED25519 = makeFields('sk-ssh-ed25519@openssh.com', Buffer.alloc(32, 1), 'ssh:');
const SK_ECDSA = makeFields('sk-ecdsa-sha2-nistp256@openssh.com', 'nistp256', Buffer.alloc(65, 1), 'ssh:');

function makeFields(type: string, ...fields: (string | Buffer)[]): string {
  const parts = [type, ...fields].map((field) => {
    const bytes = Buffer.from(field);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  });
  return `${type} ${Buffer.concat(parts).toString('base64')}`;
}

function parseOne(line: string) {
  const { keys, rejected } = parsePublicKeys(line);
  expect(rejected).toEqual([]);
  expect(keys).toHaveLength(1);
  return keys[0]!;
}

describe('parsePublicKeys', () => {
  it.each([ED25519, RSA, ECDSA256, ECDSA384, ECDSA521, CERTIFICATE, SK_ED25519, SK_ECDSA])(
    'accepts %s',
    (line) => {
      expect(parseOne(line)).toMatchObject({ line, type: line.split(' ')[0], options: undefined });
    },
  );

  it('keeps the comment, which may contain spaces', () => {
    expect(parseOne(makeKey('a', 'Ada at home  #1'))).toMatchObject({ comment: 'Ada at home  #1' });
    expect(parseOne(makeKey('a', ''))).toMatchObject({ comment: '' });
  });

  it.each([
    'no-pty',
    'from="10.0.0.0/8,!10.1.0.0/16",no-agent-forwarding',
    'command="echo \\"a, b\\" # ssh-rsa",restrict',
    'environment="A=\\B C",cert-authority',
    'expiry-time="20300101Z",X11-forwarding',
  ])('accepts the options %s', (options) => {
    expect(parseOne(`${options}\t ${ED25519}`)).toMatchObject({
      options,
      type: 'ssh-ed25519',
      comment: 'a@b',
    });
  });

  it('skips comments and blank lines, and counts them', () => {
    const { keys, rejected } = parsePublicKeys(`\uFEFF# keys\r\n\r\n \t\n${ED25519}\r\nnonsense\n`);

    expect(keys.map(({ line }) => line)).toEqual([ED25519]);
    expect(rejected.map(({ line, code }) => [line, code])).toEqual([[5, 'not-a-key']]);
  });

  it.each<[string, RejectionCode]>([
    ['<!DOCTYPE html>', 'not-a-key'],
    ['<html lang="en" class="x">', 'not-a-key'],
    ['Not Found', 'not-a-key'],
    ['{"message": "ssh-rsa AAAA"}', 'not-a-key'],
    [ED25519.split(' ')[1]!, 'not-a-key'],
    [`no-pty,, ${ED25519}`, 'not-a-key'],
    [`command="a b ${ED25519}`, 'not-a-key'],
    [`from=10.0.0.1 ${ED25519}`, 'not-a-key'],
    ['-----BEGIN OPENSSH PRIVATE KEY-----', 'private-key'],
    ['ssh-dss AAAAB3NzaC1kc3M=', 'unsupported-type'],
    [`no-pty ${makeFields('ssh-dss', 'p', 'q', 'g', 'y')}`, 'unsupported-type'],
    [makeFields('ssh-mldsa65', 'x'), 'unsupported-type'],
    ['ssh-rsa', 'broken-key'],
    ['ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB...', 'broken-key'],
    ['ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB', 'broken-key'],
    [`no-pty ${ED25519.slice(0, 60)}`, 'broken-key'],
    [RSA.split(' ')[1]!.replace(/^/, 'ssh-rsa ').slice(0, -40), 'broken-key'],
    [`ssh-rsa ${ED25519.split(' ')[1]}`, 'broken-key'],
    [makeFields('ssh-ed25519', 'x', 'more'), 'broken-key'],
    [`${ED25519}\r${ED25519}`, 'control-character'],
    [`${ED25519}\u001b[2J`, 'control-character'],
    [`${ED25519}\0`, 'control-character'],
    [`${ED25519}\u0085x`, 'control-character'],
    [`${ED25519}\u2028${ED25519}`, 'control-character'],
  ])('rejects %j: %s', (line, code) => {
    expect(parsePublicKeys(line)).toMatchObject({ keys: [], rejected: [{ line: 1, code }] });
  });

  it('never throws, and returns only keys of one line', () => {
    const unit = fc.constantFrom(
      'ssh-ed25519',
      ' ',
      '"',
      ',',
      '=',
      '\\',
      '\n',
      '\r',
      'AAAA',
      ED25519,
      'no-pty',
      '#',
    );
    fc.assert(
      fc.property(fc.array(unit), (parts) => {
        for (const { line } of parsePublicKeys(parts.join('')).keys) expect(line).not.toMatch(/[\r\n]/);
      }),
    );
  });

  it('parses a long line of open quotes before the test times out', () => {
    expect(parsePublicKeys(`a="${'\\"'.repeat(200_000)}`).keys).toEqual([]);
    expect(parsePublicKeys(`${'a,'.repeat(200_000)} x`).keys).toEqual([]);
  });
});

describe('keyId', () => {
  it('is the same for one key with other options and another comment', () => {
    const [a, b, c] = [makeKey('a'), `no-pty ${makeKey('a', 'other')}`, makeKey('c')].map(parseOne);

    expect(keyId(a!)).toBe(keyId(b!));
    expect(keyId(a!)).not.toBe(keyId(c!));
  });
});
