import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { build, type Plugin } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Replaces Node's modules by empty ones, as bundlers for browsers do. */
const withoutNode: Plugin = {
  name: 'without-node',
  setup(bundle) {
    const machine = /^(?:node:.*|execa|undici|debug|unixcrypt)$/;
    bundle.onResolve({ filter: machine }, ({ path }) => ({ path, namespace: 'empty' }));
    bundle.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'module.exports = {};' }));
  },
};

describe('code that does not touch the machine', () => {
  let run: (expression: string) => unknown;

  beforeAll(async () => {
    const { outputFiles } = await build({
      stdin: { contents: "export * from '@haos/cc';", resolveDir: root },
      bundle: true,
      write: false,
      format: 'iife',
      globalName: 'cc',
      platform: 'browser',
      plugins: [withoutNode],
    });
    const browser = createContext({ TextDecoder, TextEncoder, URL, atob, btoa });
    runInContext(outputFiles[0]!.text, browser);
    run = (expression) => JSON.parse(runInContext(`JSON.stringify(${expression})`, browser) as string);
  });

  it('runs without Node: reading, merging, validating, explaining', () => {
    expect(run("cc.validate('hostnme: a').issues.map(({ code }) => code)")).toEqual(['unknown-key']);
    expect(
      run("cc.explain(cc.readSources([{ content: 'hostname: a' }, { content: 'hostname: b' }]))[0].value"),
    ).toBe('b');
    expect(run("cc.readSources([{ form: 'cmdline', content: 'haos.labels[a]=b' }]).config")).toEqual({
      haos: { labels: { a: 'b' } },
    });
    expect(run("cc.formatText(cc.validate('a: b').issues, new Map())")).toContain('unknown key');
    expect(run('cc.schema().title')).toBe('HAOS cloud-config');
  });
});
