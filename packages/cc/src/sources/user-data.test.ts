import { gzipSync } from 'node:zlib';
import { gunzip } from '@haos/host/internal';
import { describe, expect, it } from 'vitest';
import { readSources } from '../config.js';
import { readUserData } from './user-data.js';
import { readUserDataSource } from './user-data-source.js';

const options = { programPath: '/run/haos/userdata', gunzip: (bytes: Uint8Array) => gunzip(bytes, 1 << 20) };

function read(content: string | Uint8Array) {
  return readUserData(typeof content === 'string' ? new TextEncoder().encode(content) : content, options);
}

async function configured(content: string | Uint8Array): Promise<unknown> {
  const userData = await read(content);
  if (userData.kind === 'unsupported') throw new Error(userData.message);
  return readSources([{ content: userData.kind === 'program' ? userData.root : userData.text }]).config;
}

function program(content: string, encoding: string) {
  const path = '/run/haos/userdata';
  return { writeFiles: [{ encoding, content, owner: 'root', path, permissions: '0700' }], runCmd: [path] };
}

describe('readUserData', async () => {
  it('reads a cloud-config, marked or not', async () => {
    expect(await configured('#cloud-config\nhostname: a\n')).toEqual({ hostname: 'a' });
    expect(await configured('hostname: a\n')).toEqual({ hostname: 'a' });
  });

  it('converts a script to a file and a command', async () => {
    expect(await configured('#!/bin/sh\necho hi\n')).toEqual(program('#!/bin/sh\necho hi\n', ''));
  });

  it('keeps a script that is not UTF-8, and a program, byte for byte', async () => {
    const script = Buffer.from([0x23, 0x21, 0x2f, 0x62, 0x0a, 0xff]);
    const binary = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 0xff]);
    expect(await configured(script)).toEqual(program(script.toString('base64'), 'b64'));
    expect(await configured(binary)).toEqual(program(binary.toString('base64'), 'b64'));
  });

  it('unwraps compression and base64', async () => {
    const config = '#cloud-config\nhostname: a\n';
    expect(await configured(gzipSync(config))).toEqual({ hostname: 'a' });
    expect(await configured(gzipSync(config).toString('base64'))).toEqual({ hostname: 'a' });
    expect(await configured(`${Buffer.from(config).toString('base64')}\n`)).toEqual({ hostname: 'a' });
    expect(await configured(Buffer.from('#!/bin/sh\n').toString('base64'))).toEqual(
      program('#!/bin/sh\n', ''),
    );
  });

  it('unwraps base64 after a byte order mark', async () => {
    const text = `\ufeff${gzipSync('hostname: a\n').toString('base64')}\n`;
    for (const encoding of ['utf8', 'utf16le'] as const) {
      const content = Buffer.from(text, encoding);
      expect(await configured(content)).toEqual({ hostname: 'a' });
      const { source } = await readUserDataSource(content, 'userdata');
      expect(readSources(source ? [source] : []).config).toEqual({ hostname: 'a' });
    }
  });

  it('does not decode a text that merely looks like base64', async () => {
    expect((await read(Buffer.from('hostname: a').toString('base64'))).kind).toBe('config');
  });

  it('reads UTF-16 with a byte order mark as text', async () => {
    expect(await configured(Buffer.from('\ufeffhostname: a', 'utf16le'))).toEqual({ hostname: 'a' });
  });

  it.each([
    ['MIME', 'Content-Type: multipart/mixed; boundary="x"\nMIME-Version: 1.0\n\n--x\n'],
    ['mbox MIME', 'From nobody Fri Jan 11 07:00:00 1980\nContent-Type: multipart/mixed\n'],
    ['jinja', '## template: jinja\n#cloud-config\nhostname: {{ ds }}\n'],
    ['a boothook', '#cloud-boothook\n#!/bin/sh\n'],
    ['broken gzip', Buffer.from([0x1f, 0x8b, 1, 2, 3])],
  ])('rejects %s with an issue', async (_name, content) => {
    expect((await read(content)).kind).toBe('unsupported');
  });
});
