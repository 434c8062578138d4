import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../bytes.js';
import { sha256 } from '../files/digest.js';
import * as index from '../index.js';
import * as browserIndex from '../index-browser.js';
import * as internal from '../internal.js';
import * as browserInternal from '../internal-browser.js';
import * as browser from './browser.js';
import * as node from './node.js';

it('a browser finds all names that Node finds', () => {
  expect(Object.keys(browserIndex).sort()).toEqual(Object.keys(index).sort());
  expect(Object.keys(browserInternal).sort()).toEqual(Object.keys(internal).sort());
});

it('what a browser cannot do says so', async () => {
  expect(() => browserIndex.liveHost()).toThrow(expect.objectContaining({ code: 'HAOS_NEEDS_NODE' }));
  expect(() => browserIndex.rootedHost('/')).toThrow(expect.objectContaining({ code: 'HAOS_NEEDS_NODE' }));
  for (const call of [
    browser.cryptPassword('secret'),
    browser.isSignedBy('', new Uint8Array(), new Uint8Array()),
    browser.openHttpPool('http://localhost'),
    browser.readCertificateSubject(''),
  ])
    await expect(call).rejects.toMatchObject({ code: 'HAOS_NEEDS_NODE', hint: expect.any(String) });
});

describe.each(Object.entries({ node, browser }))('gunzip of %s', (_name, { gunzip }) => {
  it('returns the content', async () => {
    const text = 'x'.repeat(300_000);
    expect(await gunzip(gzipSync(text), 300_000)).toSatisfy((bytes: Uint8Array) => utf8(bytes) === text);
    expect(await gunzip(gzipSync(''), 10)).toHaveLength(0);
  });

  it('says what is wrong', async () => {
    const packed = gzipSync('x'.repeat(300_000));
    expect(await gunzip(packed, 299_999)).toBe('too-large');
    expect(await gunzip(packed.subarray(0, -9), 300_000)).toBe('damaged');
    expect(await gunzip(new TextEncoder().encode('plain'), 100)).toBe('damaged');
  });
});

it('a digest is that of node:crypto', async () => {
  for (const text of ['', 'abc', 'ä'.repeat(1000)])
    expect(await sha256(Buffer.from(text))).toBe(createHash('sha256').update(text).digest('hex'));
});
