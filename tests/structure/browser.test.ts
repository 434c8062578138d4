import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What the code finds in a browser, without what only a page has. */
const WEB = { AbortController, AbortSignal, TextDecoder, TextEncoder, URL, atob, btoa, crypto, setTimeout };

/** tests/package/browser.test.ts does more of this in a real browser, with the packed packages. */
describe('code that does not touch the machine', () => {
  let evaluate: (expression: string) => Promise<unknown>;

  beforeAll(async () => {
    const contents = "export * from '@haos/cc'; export * from '@haos/host';";
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: root },
      bundle: true,
      write: false,
      format: 'iife',
      globalName: 'haos',
      logLevel: 'error',
    });
    const browser = createContext({ ...WEB });
    runInContext(outputFiles[0]!.text, browser);
    evaluate = async (expression) =>
      JSON.parse(await runInContext(`(async () => JSON.stringify(${expression}))()`, browser));
  });

  it('runs without Node: reading, merging, validating, explaining', async () => {
    expect(await evaluate("haos.validate('hostnme: a').issues.map(({ code }) => code)")).toEqual([
      'unknown-key',
    ]);
    expect(
      await evaluate(
        "haos.explain(haos.readSources([{ content: 'hostname: a' }, { content: 'hostname: b' }]))[0].value",
      ),
    ).toBe('b');
    expect(
      await evaluate("haos.readSources([{ form: 'cmdline', content: 'haos.labels[a]=b' }]).config"),
    ).toEqual({ haos: { labels: { a: 'b' } } });
    expect(await evaluate("haos.formatText(haos.validate('a: b').issues, new Map())")).toContain(
      'unknown key',
    );
    expect(await evaluate('haos.schema().title')).toBe('HAOS cloud-config');
  });

  it('plans and applies in memory', async () => {
    const planned = "await haos.plan({ hostname: 'a' }, { host: haos.memoryHost(), phase: 'boot' })";
    expect(
      await evaluate(
        `(${planned}).steps.flatMap(({ changes }) => changes.map(({ action, target }) => action + ' ' + target))`,
      ),
    ).toContain('create /etc/hostname');
    expect(await evaluate(`(${planned}).steps.flatMap(({ failures }) => failures)`)).toEqual([]);
  });

  it('says what needs Node', async () => {
    expect(await evaluate('(() => { try { haos.liveHost() } catch (error) { return error } })().code')).toBe(
      'HAOS_NEEDS_NODE',
    );
  });
});
