import { describe, expect, it } from 'vitest';
import { validate } from '../validate.js';
import { formatGithub } from './github.js';
import { formatSarif } from './sarif.js';
import { formatText } from './text.js';

function text(content: string, file = 'config.yaml'): string {
  const { issues, texts } = validate({ file, content });
  return formatText(issues, texts);
}

describe('formatText', () => {
  it('shows the place, the line with the wrong part underlined, and the hint', () => {
    expect(text('hostname: a\nhaos:\n  lables: {a: b}\n')).toMatchInlineSnapshot(`
      "config.yaml:3:3: error: unknown key haos.lables [unknown-key]
        3 |   lables: ***
          |   ^^^^^^
        hint: Did you mean labels?
      "
    `);
  });

  it.each([
    ['a misspelt key', 'haos:\n  tokn: [SENTINEL]\n'],
    ['a wrong type', 'haos:\n  token: [SENTINEL]\n'],
    ['a wrong type over several lines', 'haos:\n  password:\n    - SENTINEL\n    - {a: SENTINEL}\n'],
    ['broken YAML', 'haos:\n  token: "SENTINEL\n'],
    ['broken YAML in a continued value', 'haos:\n  password:\n    SENTINEL: [\n'],
    ['broken YAML beside it', '{haos: {"token": SENTINEL, b: c}, ]'],
    ['a list item under the key', 'haos:\n  token:\n  - "SENTINEL\n'],
    ['a passphrase', 'haos: {wifi: [{name: a, passphrase: SENTI}]}'],
    ['a k3s argument', 'haos: {k3s_args: [server, "--agent-token SENTINEL"]}'],
    ['a URL', 'haos: {server_url: "http://u:SENTINEL@host"}'],
    ['a value after a flag', 'haos: {k3s_args: [server, [--token, "SENTINEL"]]}'],
    ['a value below a flag', 'haos:\n  k3s_args:\n  - --token\n  - "SENTINEL\n'],
    ['a value without its indentation', 'haos:\n  token: |\n  SENTINEL\n'],
    ['a list of maps right below the key', 'haos:\n  token:\n  - a: "\\qSENTINEL"\n'],
    ['a value that begins like an alias', 'haos: {password: *SENTINEL}'],
    ['networks that are not maps', 'haos: {wifi: [home, SENTINEL]}'],
    ['networks that are not maps, one per line', 'haos:\n  wifi:\n  - home\n  - SENTINEL\n'],
    ['the content of a file', 'write_files: [{path: /a, encoding: b64, content: "SENTINEL%"}]'],
    ['a private key', 'ssh_authorized_keys: ["-----BEGIN OPENSSH PRIVATE KEY----- SENTINEL"]'],
    ['an environment variable', 'haos: {environment: {MY-SECRET: SENTINEL}}'],
  ])('hides the secret in %s', (_name, content) => {
    const shown = text(content);
    expect(shown).toContain('config.yaml:');
    expect(shown).not.toContain('SENTI');
  });

  it('shows the rest of the line', () => {
    expect(text('haos: {wifi: [{name: a, passphrase: SENTI}]}')).toContain(
      '1 | haos: {wifi: [{name: a, passphrase: ***',
    );
    expect(text('haos:\n  tokn: SENTI')).toContain('2 |   tokn: ***');
  });

  it('hides the secret on a kernel command line', () => {
    const source = {
      form: 'cmdline',
      file: '/proc/cmdline',
      content: 'haos.token=SENTINEL haos.labels=x haos.password="SENT INEL"',
    } as const;
    const { issues, texts } = validate(source);
    const shown = formatText(issues, texts);
    expect(shown).toContain('haos.token=*** haos.labels=x');
    expect(shown).not.toMatch(/SENT|INEL/);
  });

  it('hides a line far below a key that it may belong to', () => {
    const shown = text(`haos:\n  token: |\n${'    SENTINEL\n'.repeat(5_000)}    \u0001SENTINEL\n`);
    expect(shown).toContain('config.yaml:5003:');
    expect(shown).not.toContain('SENTI');
  });

  it('hides the secret after a name that continues, and after a quote that ends too early', () => {
    for (const content of [
      'haos.token.x=SENTINEL',
      'haos.token="a"SENTINEL haos.labels=x',
      'haos.wifi=SENTINEL',
    ]) {
      const { issues, texts } = validate({ form: 'cmdline', content });
      expect(issues).not.toEqual([]);
      expect(formatText(issues, texts)).not.toContain('SENTI');
    }
  });

  it('cuts a long line around the underlined part', () => {
    const shown = text(`haos: {labels: {a: ${'x'.repeat(500)}}}`);
    expect(Math.max(...shown.split('\n').map((line) => line.length))).toBeLessThan(150);
  });

  it.each([
    ['a text without a blank', `haos: {labels: {a: ${'9'.repeat(300_000)}}}`],
    [
      'thousands of problems on one line',
      `haos: {${Array.from({ length: 3_000 }, (_, index) => `k${index}: v`).join(', ')}}`,
    ],
  ])('is quick with %s', (_name, content) => {
    // With an expression that tries each character as the beginning of a name, or with a search of
    // the whole line for each problem, this takes minutes.
    expect(text(content)).toContain('config.yaml:1:');
  });

  it('lets no control character through to a terminal', () => {
    expect(text('a: "\u001b[31m')).not.toContain('\u001b');
  });

  it('uses colours only if requested', () => {
    const { issues, texts } = validate('a: b');
    expect(formatText(issues, texts)).not.toContain('\u001b');
    expect(formatText(issues, texts, { color: true })).toContain('\u001b[31m');
  });
});

describe('formatGithub', () => {
  it('writes workflow commands whose values are escaped', () => {
    const { issues } = validate({ file: 'a,b:c%.yaml', content: 'hostnme: x' });
    expect(formatGithub(issues)).toBe(
      '::error file=a%2Cb%3Ac%25.yaml,line=1,col=1,endColumn=8,title=unknown-key::unknown key hostnme. Did you mean hostname?\n',
    );
  });
});

describe('formatSarif', () => {
  it('has a rule and a region for each result', () => {
    const { issues } = validate({ file: 'conf/my config.yaml', content: 'hostname: a_b' });
    expect(formatSarif(issues, { version: '1.2.3' })).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'haos', version: '1.2.3', rules: [{ id: 'invalid-hostname' }] } },
          results: [
            {
              ruleId: 'invalid-hostname',
              level: 'error',
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: 'conf/my%20config.yaml' },
                    region: { startLine: 1, startColumn: 11, endColumn: 14 },
                  },
                },
              ],
            },
          ],
        },
      ],
    });
  });
});
