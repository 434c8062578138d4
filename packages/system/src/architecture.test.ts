import { expect, it } from 'vitest';
import { architectureOf } from './architecture.js';

function bytes(parts: Readonly<Record<number, string>>): Uint8Array {
  const head = Buffer.alloc(1024);
  for (const [offset, text] of Object.entries(parts)) head.write(text, Number(offset), 'latin1');
  return head;
}

it.each([
  ['an x86 program', { 0: '\x7fELF\x02\x01', 18: '\x3e\0' }, 'amd64'],
  ['an arm64 program', { 0: '\x7fELF\x02\x01', 18: '\xb7\0' }, 'arm64'],
  ['a program for another architecture', { 0: '\x7fELF\x02\x01', 18: '\x28\0' }, undefined],
  ['an x86 kernel', { 0: 'MZ', 514: 'HdrS' }, 'amd64'],
  ['an arm64 kernel', { 0: 'MZ', 56: 'ARM\x64' }, 'arm64'],
  [
    'a compressed arm64 kernel that EFI starts',
    { 0: 'MZ\0\0zimg', 60: '\x40\0', 64: 'PE\0\0\x64\xaa' },
    'arm64',
  ],
  ['a script', { 0: '#!/bin/sh' }, undefined],
])('recognises %s', (_title, parts, architecture) => {
  expect(architectureOf(bytes(parts))).toBe(architecture);
});

it('returns undefined for an empty file', () => {
  expect(architectureOf(new Uint8Array())).toBeUndefined();
});
