import { describe, expect, it } from 'vitest';
import { explainToken, parseTokenUri } from './pkcs11.js';

describe('parseTokenUri', () => {
  it.each([
    ['pkcs11:token=haos;object=db', { uri: 'pkcs11:token=haos;object=db' }],
    ['pkcs11:id=%01?pin-source=file:/run/pin', { uri: 'pkcs11:id=%01', pinFile: '/run/pin' }],
    ['pkcs11:id=%01?pin-source=file:///run/pin', { uri: 'pkcs11:id=%01', pinFile: '/run/pin' }],
    [
      'pkcs11:object=a%20b?module-path=/usr/lib/a%20b.so&pin-source=pin',
      { uri: 'pkcs11:object=a%20b', module: '/usr/lib/a b.so', pinFile: 'pin' },
    ],
  ])('reads %s', (text, expected) => {
    expect(parseTokenUri(text)).toEqual(expected);
  });

  it.each([
    ['pkcs11:', /does not name the key/],
    ['pkcs11:token=haos', /does not name the key/],
    ['pkcs11:object=db?pin-value=4711', /has a PIN, which the list of processes shows/],
    ['pkcs11:object=db;pin-value=4711', /has a PIN, which the list of processes shows/],
    ['pkcs11:object=db;slot-id=4711', /has slot-id, which is not supported/],
    ['pkcs11:object=db?pin-source=|cat%204711', /has a command as pin-source/],
    ['pkcs11:object=db?pin-source=%4711%', /has a wrong escape in pin-source/],
    ['pkcs11:object=db;4711', /must have the form/],
  ])('refuses %s as wrong usage, and does not repeat what may be a PIN', (text, message) => {
    const failure = expect.objectContaining({
      status: 2,
      code: 'HAOS_PKCS11_URI',
      message: expect.stringMatching(message),
    });
    expect(() => parseTokenUri(text)).toThrow(failure);
    expect(() => parseTokenUri(text)).not.toThrow(/4711/);
  });
});

describe('explainToken', () => {
  // Messages of OpenSSL 3.0 and libp11 0.4.12, which SoftHSM does not cause on each Debian.
  it.each([
    [
      'Unable to enumerate private keys\nThe private key was not found at: pkcs11:object=db\n',
      'HAOS_PKCS11_FAILED',
      /cannot be listed/,
    ],
    [
      'Enter PKCS#11 key PIN for db:\nError signing data\n80:error:1400006B:UI routines:UI_process:processing error\n',
      'HAOS_PKCS11_PIN',
      /at each signature/,
    ],
    [
      'The private key ID is not a valid PKCS#11 URI\nThe private key was not found at: pkcs11:id=%\n',
      'HAOS_PKCS11_URI',
      /does not accept the URI/,
    ],
    ['sh: 1: openssl: not found\n', 'HAOS_PKCS11_TOOLS', /install openssl/],
  ])('knows %j', (messages, code, message) => {
    expect(explainToken(messages, { uri: 'pkcs11:object=db' })).toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('repeats what it does not know', () => {
    expect(
      explainToken('error:ERR_CKR_error:Device removed:p11.c\n', { uri: 'pkcs11:object=db' }),
    ).toMatchObject({
      code: 'HAOS_PKCS11_FAILED',
      message: 'pkcs11:object=db: the token did not sign:\nerror:ERR_CKR_error:Device removed:p11.c',
    });
  });
});
