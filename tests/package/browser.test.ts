import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { json } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../../scripts/setup.mjs';
import { readPages } from '../docs/page.js';
import { createProject, ROOT } from './empty-project.js';

interface Input {
  file: string;
  content: string;
}

interface Answers {
  answers: Record<string, unknown>[];
  /** What `liveHost()` did. */
  machine: { code?: string; hint?: string };
}

/** Bundles `main.js` of a project, as the first page of the manual of a bundler says. */
type Bundle = (project: string, out: string) => Promise<string[]>;

const BUNDLERS: Readonly<Record<string, Bundle>> = {
  async esbuild(project, out) {
    const { build } = await import('esbuild');
    const result = await build({
      absWorkingDir: project,
      entryPoints: ['main.js'],
      bundle: true,
      minify: true,
      outfile: join(out, 'main.js'),
      logLevel: 'silent',
    });
    writeFileSync(join(out, 'index.html'), '<script src="main.js"></script>');
    return result.warnings.map(({ text }) => text);
  },
  async vite(project, out) {
    const { build, createLogger } = await import('vite');
    const warnings: string[] = [];
    const note = (text: string) => warnings.push(text);
    writeFileSync(join(project, 'index.html'), '<script type="module" src="/main.js"></script>');
    await build({
      root: project,
      configFile: false,
      build: { outDir: out },
      customLogger: { ...createLogger('silent'), warn: note, warnOnce: note, error: note },
    });
    return warnings.filter((text) => !text.includes('chunkSizeWarningLimit'));
  },
  async webpack(project, out) {
    const { default: webpack } = await import('webpack');
    const output = { path: out, filename: 'main.js' };
    const compiler = webpack({
      mode: 'production',
      context: project,
      entry: './main.js',
      output,
      performance: false,
    });
    const { errors = [], warnings = [] } = await new Promise<{ errors?: Problem[]; warnings?: Problem[] }>(
      (resolve, reject) =>
        compiler?.run((error, stats) => (error ? reject(error) : resolve(stats?.toJson() ?? {}))),
    );
    writeFileSync(join(out, 'index.html'), '<script src="main.js"></script>');
    return [...errors, ...warnings].map(({ message }) => message);
  },
};

interface Problem {
  message: string;
}

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

let project: string;
let inputs: Input[];
let inNode: Answers;

beforeAll(async () => {
  ({ project } = createProject());
  copyFileSync(join(ROOT, 'tests/package/browser-answers.js'), join(project, 'answers.js'));
  writeFileSync(
    join(project, 'main.js'),
    `import { answer } from './answers.js';
const send = (value) => fetch('/answers', { method: 'POST', body: JSON.stringify(value) });
fetch('/inputs')
  .then((response) => response.json())
  .then(answer)
  .then(send, (error) => send({ thrown: String(error.stack) }));
`,
  );
  inputs = collectInputs();
  expect(inputs.length).toBeGreaterThan(60);
  const { answer } = await import(pathToFileURL(join(project, 'answers.js')).href);
  inNode = await answer(inputs);
}, 300_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe.each(Object.entries(BUNDLERS))('a page made with %s', (name, bundle) => {
  let inBrowser: Answers;
  let warnings: string[];

  beforeAll(async () => {
    const out = join(project, `out-${name}`);
    mkdirSync(out);
    warnings = await bundle(project, out);
    expect(warnings).toEqual([]);
    inBrowser = await openPage(out);
  }, 300_000);

  it('answers in a browser as in Node', () => {
    expect(inBrowser).not.toHaveProperty('thrown');
    expect(inBrowser.answers).toHaveLength(inputs.length);
    for (const [index, { file }] of inputs.entries())
      expect(withoutPassword(inBrowser.answers[index]), file).toEqual(withoutPassword(inNode.answers[index]));
  });

  it('says what needs a machine', () => {
    expect(inNode.machine.code).toBeUndefined();
    expect(inBrowser.machine).toMatchObject({ code: 'HAOS_NEEDS_NODE', hint: expect.any(String) });
    const clear = inBrowser.answers.find(({ file }) => file === 'password-clear.yaml');
    expect(JSON.stringify(clear?.phases)).toContain('"HAOS_NEEDS_NODE"');
  });
});

/**
 * Leaves out the step that sets the password, which a browser cannot hash, and what follows from
 * the changes of all steps.
 */
function withoutPassword(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer), (key, value) => {
    if (key === 'hasChanges') return undefined;
    if (key !== 'steps') return value;
    return value.filter(({ applier }: { applier: string }) => applier !== 'password');
  });
}

/** Configurations of people, those of the documentation, and some that are hard to read. */
function collectInputs(): Input[] {
  const fixtures = ['seed', 'migrate'].flatMap((folder) => {
    const directory = join(ROOT, 'tests/fixtures', folder);
    return readdirSync(directory)
      .filter((name) => /\.(yaml|cmdline)$/.test(name))
      .map((file) => ({ file, content: readFileSync(join(directory, file), 'utf8') }));
  });
  const documented = readPages().flatMap(({ blocks }) =>
    blocks
      .filter(({ language, note }) => language === 'yaml' && note === undefined)
      .map(({ place, content }) => ({ file: place, content })),
  );
  const hard = HARD.map((content, index) => ({ file: `hard-${index}.yaml`, content }));
  return [...fixtures, ...documented, ...hard];
}

const packed = gzipSync('welcome\n').toString('base64');
const HARD = [
  '',
  '\ufeffhostname: node1\r\nrun_cmd:\r\n- echo "ä 😀"\r\n',
  'haos:\n\ttoken: [unclosed\n',
  'hostname: "ünclosed\n',
  'haos: {sysctls: {a: 0755, b: 9007199254740993}, labels: {"a b": c, __proto__: d}, taints: [x]}\n',
  'haos: {server_url: server:6443, tokn: K10secret, k3s_args: server --vpn-auth=name=a,joinKey=b}\n',
  `write_files: [{path: /etc/motd, encoding: gz+b64, content: ${packed}}, {path: /b, content: !!binary /+8=}]\n`,
  'write_files: [{path: a}, {path: /etc/x, permissions: 420, owner: "9:9"}, {path: /etc/../etc/x}]\n',
  'haos: {wifi: [{name: " café ", passphrase: secret-words}], ntp_servers: [a b], modules: ["kvm nested=1"]}\n',
  'hostname: &a node1\nhaos: {token: *a, environment: {HTTP_PROXY: "http://u:p@proxy:3128"}}\n',
  'ssh_authorized_keys:\n- github:someone\n- ssh-ed25519 AAAA broken\n- https://example.com/keys?token=secret\n',
];

/** Serves a directory, opens its page in Chromium, and returns what the page sends. */
async function openPage(directory: string): Promise<Answers> {
  const chromium = findProgram('chromium');
  if (chromium === undefined) throw new Error('chromium is missing: apt-get install chromium');
  const page = servePage(directory);
  const options = ['--headless=new', '--disable-gpu', `--user-data-dir=${directory}-profile`];
  // Chromium refuses its sandbox to root; the page is our own.
  if (process.getuid?.() === 0) options.push('--no-sandbox');
  const browser = spawn(chromium, [...options, await page.url], { stdio: 'ignore', detached: true });
  const ended = once(browser, 'exit');
  try {
    const early = ended.then(([status]) => Promise.reject(new Error(`chromium ended: ${status}`)));
    return await Promise.race([page.answers, early]);
  } finally {
    // With the processes that it started.
    if (browser.pid !== undefined && browser.exitCode === null) process.kill(-browser.pid, 'SIGKILL');
    await ended;
    page.close();
  }
}

/** Serves a page and the inputs on a free port. Resolves `answers` when the page has sent them. */
function servePage(directory: string) {
  const { promise: answers, resolve } = withResolvers<Answers>();
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = join(directory, pathname === '/' ? 'index.html' : pathname);
    if (request.method === 'POST') {
      response.end();
      resolve((await json(request)) as Answers);
    } else if (pathname === '/inputs') response.end(JSON.stringify(inputs));
    else if (!existsSync(file)) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? '' }).end(readFileSync(file));
  });
  server.listen(0, 'localhost');
  const url = once(server, 'listening').then(
    () => `http://localhost:${(server.address() as AddressInfo).port}/`,
  );
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url, answers, close };
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
