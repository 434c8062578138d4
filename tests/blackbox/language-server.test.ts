import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { hasErrors, validate } from '@haos/cc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node.js';

/*
 * The published schema in the language server that editors use for YAML.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SCHEMA = pathToFileURL(`${ROOT}/packages/cc/cloud-config.schema.json`).href;
const SETTINGS = {
  schemas: { [SCHEMA]: '*.yaml' },
  ...{ validate: true, completion: true, hover: true, schemaStore: { enable: false } },
};

interface Completion {
  label: string;
  insertText?: string;
  textEdit?: { newText: string };
}

interface Diagnostic {
  message: string;
  range: { start: { line: number } };
}

let server: ChildProcessWithoutNullStreams;
let connection: MessageConnection;
const diagnosed = new Map<string, (found: Diagnostic[]) => void>();
let opened = 0;

beforeAll(async () => {
  server = spawn(process.execPath, [`${ROOT}/node_modules/.bin/yaml-language-server`, '--stdio']);
  connection = createMessageConnection(server.stdout, server.stdin);
  // The server asks for its settings when it hears that they changed.
  const configured = new Promise<void>((resolve) => {
    connection.onRequest('workspace/configuration', ({ items }: { items: { section: string }[] }) => {
      resolve();
      return items.map(({ section }) => (section === 'yaml' ? SETTINGS : {}));
    });
  });
  connection.onRequest('client/registerCapability', () => null);
  connection.onNotification(
    'textDocument/publishDiagnostics',
    ({ uri, diagnostics }: { uri: string; diagnostics: Diagnostic[] }) => diagnosed.get(uri)?.(diagnostics),
  );
  connection.listen();
  const completion = { completionItem: { snippetSupport: true } };
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: { workspace: { configuration: true }, textDocument: { completion } },
  });
  await connection.sendNotification('initialized', {});
  await connection.sendNotification('workspace/didChangeConfiguration', { settings: { yaml: SETTINGS } });
  await configured;
  await diagnose('hostname: node1\n');
}, 60_000);

afterAll(async () => {
  connection.dispose();
  server.kill();
  await once(server, 'exit');
});

/** Opens a file in the editor; resolves to its address. */
async function open(text: string): Promise<string> {
  opened += 1;
  const uri = `file:///config/${opened}.yaml`;
  await connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'yaml', version: 1, text },
  });
  return uri;
}

/** Returns what the editor would insert at the end of a text, by what it shows. */
async function complete(text: string): Promise<Record<string, string>> {
  const lines = text.split('\n');
  const result = await connection.sendRequest<{ items: Completion[] }>('textDocument/completion', {
    textDocument: { uri: await open(text) },
    position: { line: lines.length - 1, character: lines.at(-1)?.length },
  });
  return Object.fromEntries(
    result.items.map(({ label, insertText, textEdit }) => [label, textEdit?.newText ?? insertText ?? '']),
  );
}

async function hover(text: string, line: number, character: number): Promise<string> {
  const found = await connection.sendRequest<{ contents: { value: string } }>('textDocument/hover', {
    textDocument: { uri: await open(text) },
    position: { line, character },
  });
  return found.contents.value;
}

/** Returns the lines, counted from 1, where the editor shows an error. */
async function diagnose(text: string): Promise<number[]> {
  const uri = `file:///config/${opened + 1}.yaml`;
  const found = new Promise<Diagnostic[]>((resolve) => diagnosed.set(uri, resolve));
  await open(text);
  return (await found).map(({ range }) => range.start.line + 1).sort();
}

describe('an editor completes', () => {
  it('keys at the top, lists of maps with their first item', async () => {
    expect(await complete('')).toMatchObject({
      write_files: 'write_files:\n  - path: ',
      boot_manifests: 'boot_manifests:\n  - url: ',
      hostname: expect.stringContaining('hostname: '),
    });
  });

  it.each([
    ['write_files:\n- ', { path: expect.stringMatching(/^path: /), owner: 'owner: ' }],
    ['write_files:\n  - path: /a\n    ', { content: expect.stringMatching(/^content: /) }],
    ['boot_manifests:\n- ', { url: expect.stringMatching(/^url: /) }],
    ['haos:\n  wifi:\n  - ', { name: expect.stringMatching(/^name: /) }],
    ['haos:\n  ', { wifi: 'wifi:\n  - name: ', mounts: expect.stringMatching(/^mounts:\n {2}- device: /) }],
    ['haos:\n  data_sources:\n  - ', { aws: 'aws', openstack: 'openstack' }],
    ['haos:\n  install:\n    ', { device: expect.stringMatching(/^device: /) }],
  ])('%j as maps, lists and texts', async (text, expected) => {
    const completed = await complete(text);

    expect(completed).toMatchObject(expected);
    expect(JSON.stringify(completed)).not.toContain('[object');
  });

  it('only the documented spelling of a key', async () => {
    expect(
      Object.keys(await complete('haos:\n  ')).filter((label) => /server_?url|k3s/i.test(label)),
    ).toEqual(['server_url', 'k3s_args']);
  });
});

it('an editor shows the description of a key', async () => {
  expect(await hover('haos:\n  server_url: https://a:6443\n', 1, 5)).toContain('The k3s server to join.');
  expect(await hover('write_files:\n- path: /a\n', 1, 4)).toContain('path');
});

describe('an editor marks what the validator marks', () => {
  it.each<[string, number[]]>([
    ['hostname: node1\nhaos:\n  labels: {example.com/region: eu}\n  taints: [a=b:NoSchedule]\n', []],
    ['write_files: {path: /a}\nhaos: {SERVERURL: "https://a:6443", modules: kvm}\n', []],
    ['hostname: a_b\n', [1]],
    ['hostname: node1\nhaos:\n  tokn: x\n', [3]],
    ['haos:\n  token: [a]\n', [2]],
    ['haos:\n  labels:\n    a: ok\n    b: -b\n', [4]],
    ['haos:\n  taints:\n  - a=b:NoSchedule\n  - a=b\n', [4]],
    ['haos:\n  server_url: http://a:6443\n', [2]],
    ['write_files:\n- path: /a\n  permissions: "0999"\n', [3]],
    ['write_files:\n- content: a\n', [2]],
    ['boot_manifests:\n- url: ftp://a/b.yaml\n', [2]],
    ['haos:\n  data_sources: [azure]\n', [2]],
  ])('%j', async (text, lines) => {
    const { issues } = validate(text);

    expect(await diagnose(text)).toEqual(lines);
    expect(issues.map(({ origin }) => origin?.line)).toEqual(lines);
    if (!text.includes('tokn')) expect(hasErrors(issues)).toBe(lines.length > 0);
  });
});
