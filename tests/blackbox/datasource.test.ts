import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type MetadataServerOptions, startMetadataServer } from '@haos/cc/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { haos, PROGRAM, ROOT } from './haos.js';
import { changedPaths, makeDirectory, takeSnapshot, writeTree } from './tree.js';

const FIXTURE = {
  hostname: 'named-by-cloud',
  sshKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJhm9YcxEnJoyLcZc2YpYBXjXbM4LuT5vQ3y1Vqj8aBc me'],
  userData: 'haos:\n  token: SECRET-TOKEN\nrun_cmd: [date]\n',
};

async function serve(options: MetadataServerOptions = {}) {
  const server = await startMetadataServer('aws', FIXTURE, options);
  onTestFinished(() => server.close());
  return server;
}

function makeTree(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const root = makeDirectory();
  writeTree(root, files);
  return root;
}

describe('haos datasource fetch', () => {
  it("writes a cloud's data where the configuration finds it", async () => {
    const { url } = await serve();
    const root = makeTree({ '/haos/system/config.yaml': 'haos:\n  data_sources: [aws]\n' });

    const run = await haos(['datasource', 'fetch', '--endpoint', url, '--root', root]);

    expect(run).toMatchObject({
      status: 0,
      stdout: '',
      stderr: expect.stringMatching(/^aws: has user data/),
    });
    const dump = JSON.parse((await haos(['config', '--dump-json', '--root', root])).stdout);
    expect(dump).toMatchObject({
      hostname: 'named-by-cloud',
      sshAuthorizedKeys: FIXTURE.sshKeys,
      haos: { token: 'SECRET-TOKEN' },
      runCmd: ['date'],
    });
  });

  it('writes nothing in a dry run, and shows no user data', async () => {
    const { url } = await serve();
    const root = makeTree();
    const before = takeSnapshot(root);

    const args = [
      'datasource',
      'fetch',
      'aws',
      '--dry-run',
      '--format',
      'json',
      '--endpoint',
      url,
      '--root',
      root,
    ];
    const { status, stdout, stderr } = await haos(args);

    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      state: 'done',
      sources: [{ name: 'aws', status: 'user-data' }],
      provider: 'aws',
      userDataBytes: FIXTURE.userData.length,
      metadata: { hostname: 'named-by-cloud' },
    });
    expect(stdout + stderr).not.toContain('SECRET-TOKEN');
    expect(changedPaths(before, takeSnapshot(root))).toEqual([]);
  });

  it('sends requests without a proxy, regardless of the environment', async () => {
    const proxy = await serve();
    const { url, requests } = await serve();
    const env = { http_proxy: proxy.url, HTTP_PROXY: proxy.url, all_proxy: proxy.url };

    const run = await haos(['datasource', 'fetch', 'aws', '--endpoint', url, '--root', makeTree()], { env });

    expect(run.status).toBe(0);
    expect(requests).not.toEqual([]);
    expect(proxy.requests).toEqual([]);
  });

  it('reads a drive', async () => {
    const image = gunzipSync(readFileSync(join(ROOT, 'tests/fixtures/volumes/fat12.img.gz')));
    const root = makeTree({ '/sys/class/block/vdb/size': '400\n', '/dev/vdb': image });

    const run = await haos(['datasource', 'fetch', 'cdrom', '--root', root]);

    expect(run).toMatchObject({ status: 0, stderr: expect.stringMatching(/^cdrom: has user data/) });
    expect(readFileSync(join(root, 'run/config/userdata'), 'utf8')).toBe(
      '#cloud-config\nhostname: seeded\n\n',
    );
  });

  it('reports with status 4 that nothing was found, as config status does', async () => {
    const { url } = await serve({ faults: [{ status: 403 }] });
    const root = makeTree({ '/run/haos/mode': 'live\n' });

    expect(
      await haos(['datasource', 'fetch', 'cdrom', 'aws', '--endpoint', url, '--root', root]),
    ).toMatchObject({
      status: 4,
      stderr: expect.stringMatching(/^cdrom: has nothing.*\naws: failed.*status 403/),
    });
    const status = await haos(['config', 'status', '--root', root]);
    expect(status.stdout).toMatch(/data sources: nothing found\n {2}cdrom: has nothing.*\n {2}aws: failed/);
    const json = await haos(['config', 'status', '--format', 'json', '--root', root]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      dataSources: { state: 'done', sources: [{ name: 'cdrom' }, { name: 'aws', status: 'failed' }] },
    });
  });

  it.each([
    [['fetch', 'azure'], /unknown data source "azure"/],
    [['fetch', 'aws', '--endpoint', 'ftp://x'], /endpoint/],
    [['serve'], /one data source/],
    [['serve', 'aws'], /--fixture/],
    [['serve', 'aws', '--fixture', '-', '--port', '70000'], /port/],
  ])('%j is wrong usage', async (args, message) => {
    const run = await haos(['datasource', ...args], { input: '{}' });

    expect(run).toMatchObject({ status: 2, stderr: expect.stringMatching(message) });
  });
});

describe('haos datasource serve', () => {
  it('simulates a cloud until it is interrupted', async () => {
    const child = spawn(process.execPath, [PROGRAM, 'datasource', 'serve', 'vultr', '--fixture', '-'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    onTestFinished(() => void child.kill('SIGKILL'));
    child.stdin.end(JSON.stringify({ ...FIXTURE, instanceId: '7' }));
    const url = await new Promise<string>((resolve) =>
      child.stdout.once('data', (text) => resolve(`${text}`.trim())),
    );

    const fetched = await haos(['datasource', 'fetch', 'vultr', '--endpoint', url, '--root', makeTree()]);
    child.kill('SIGINT');

    expect(fetched.status).toBe(0);
    expect(await ended).toBe(130);
  });

  it('refuses a fixture that it does not understand', async () => {
    const run = await haos(['datasource', 'serve', 'aws', '--fixture', '-'], { input: '{"hostnme": "a"}' });

    expect(run).toMatchObject({ status: 1, stderr: expect.stringMatching(/"hostnme"/) });
  });
});
