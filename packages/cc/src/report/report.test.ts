import { describe, expect, it } from 'vitest';
import { ISSUE_RULES } from '../generated/issue-rules.js';
import type { Issue } from '../issue.js';
import { validate } from '../validate.js';
import { formatGithub } from './github.js';
import { formatGitlab } from './gitlab.js';
import { formatJunit } from './junit.js';
import { uriOf } from './report-path.js';
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

  it.each([
    ['a passphrase as others call it', 'haos:\n  wifi:\n  - psk: SENTINEL\n    ssid: home\n'],
    ['an unknown key before what is meant', 'haos: {wifi: [{psk: SENTINEL, name: home, passphrase: short}]}'],
    ['an unknown key behind what is meant', 'write_files: [{path: etc/a, whatever: SENTINEL}]'],
    ['an unknown key with quotes', '{"hostname": "a_b", "what ever":"SENTINEL"}'],
    [
      'an unknown key of another alphabet',
      'haos: {labels: [, \u043f\u0430\u0440\u043e\u043b\u044c: SENTINEL}',
    ],
    ['an unknown key of a text that is broken', 'haos: {wpa: SENTINEL, labels: [}'],
    ['an unknown key above, in a text that is broken', 'wpa:\n  name: SENTINEL [\n  path: SENTINEL: x\n'],
    ['a map below an unknown key', 'write_files: [{path: etc/a, x: {SENTINEL: 1}}]'],
    ['a list below an unknown key', 'write_files: [{path: etc/a, x: [SENTINEL]}]'],
    ['the first of two unknown keys', 'write_files: [{x: SENTINEL, x: a, path: etc/a}]'],
    ['a key of the environment', 'haos: {environment: {MY_PSK: SENTINEL, a-b: c}}'],
    ['a value behind an alias', 'x: &a SENTINEL\nhostname: [*a]\n'],
    ['an argument that a comma split', 'haos: {k3s_args: [server, --vpn-auth=name=n,joinKey=SENTINEL]}'],
  ])('hides %s', (_name, content) => {
    const shown = text(content);
    expect(shown).toContain('config.yaml:');
    expect(shown).not.toContain('SENTI');
  });

  it('shows the other values of a line with a secret', () => {
    expect(text('write_files: [{content: SENTINEL, path: etc/a}]')).toContain(
      '1 | write_files: [{content: ***, path: etc/a}]',
    );
    expect(text('haos: {labels: {region: a b, zone: c}}')).toContain('{region: a b, zone: c}');
    expect(text('run_cmd: ["echo a: b\\0"]')).toContain('echo a: b');
  });

  it('shows the line behind a byte order mark as if it were not there', () => {
    expect(text('\ufeffhostname: a_b\n')).toContain('config.yaml:1:11: error');
    expect(text('\ufeffhostname: a_b\n')).toContain('  1 | hostname: a_b\n    |           ^^^');
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
      'haos.tok.x=SENTINEL haos.labels=x',
      'k3os.whatever=SENTINEL haos.labels=x',
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

/** What GitHub reads of a log. */
interface Sarif {
  runs: {
    tool: { driver: { rules: Record<string, unknown>[] } };
    results: {
      ruleId: string;
      ruleIndex: number;
      locations: { physicalLocation: { artifactLocation: { uri: string }; region: object } }[];
      partialFingerprints: Record<string, string>;
    }[];
  }[];
}

function sarif(issues: readonly Issue[]): Sarif['runs'][number] {
  return (formatSarif(issues, { version: '1.2.3' }) as Sarif).runs[0]!;
}

describe("what GitHub's code scanning requires of a SARIF log", () => {
  const ISSUE = { severity: 'error', message: 'm', pointer: '', key: '', hint: undefined } as const;
  const codes = Object.keys(ISSUE_RULES) as Issue['code'][];
  // One of each kind, none of which has a place.
  const { tool, results } = sarif(codes.map((code) => ({ ...ISSUE, code, origin: undefined })));

  it.each(tool.driver.rules.map((rule) => [rule.id, rule]))('the rule %s has it', (id, rule) => {
    expect(rule).toMatchObject({
      id,
      name: expect.stringMatching(/^[A-Z][A-Za-z0-9]+$/),
      shortDescription: { text: expect.stringMatching(/^[A-Zk][^`]{5,1000}\.$/) },
      fullDescription: { text: expect.stringMatching(/^[A-Zk][^`]{5,1000}\.$/) },
      help: {
        text: expect.stringMatching(/^[A-Zk][^`]+$/),
        markdown: expect.stringContaining('**What to do:** '),
      },
      helpUri: expect.stringMatching(/^https:\/\/\S+\/errors\.md#issues$/),
      defaultConfiguration: { level: expect.stringMatching(/^(error|warning|note)$/) },
      properties: { precision: 'very-high', 'problem.severity': expect.any(String) },
    });
  });

  it('each result has a rule, a place with all four numbers, and a fingerprint of its own', () => {
    expect(results.length).toBeGreaterThan(30);
    for (const { ruleId, ruleIndex, locations, partialFingerprints } of results) {
      expect(tool.driver.rules[ruleIndex]).toMatchObject({ id: ruleId });
      expect(locations).toMatchObject([
        {
          physicalLocation: {
            artifactLocation: { uri: 'config.yaml' },
            region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 2 },
          },
        },
      ]);
      expect(Object.values(partialFingerprints)[0]).toMatch(/^[0-9a-f]{16}$/);
    }
    const all = results.map(({ partialFingerprints }) => Object.values(partialFingerprints)[0]);
    expect(new Set(all).size).toBe(results.length);
  });

  it('a fingerprint stays when a line is added above, and tells the same issue of two places', () => {
    const print = (content: string) =>
      sarif(validate({ file: 'a.yaml', content }).issues).results.map(
        ({ partialFingerprints }) => partialFingerprints['haosIssue/v1'],
      );

    const [first, second] = print('run_cmd: [[a], [a]]\nhaos: {wifi: [{nam: a}, {nam: b}]}\n');
    expect(first).not.toBe(second);
    expect(print('hostnme: a\n')).toEqual(print('# more\n\nhostnme: a\n'));
  });
});

describe('the path of a file in reports', () => {
  it.each([
    ['nodes/a b.yaml', 'nodes/a%20b.yaml'],
    ['./nodes/a.yaml', 'nodes/a.yaml'],
    ['nodes\\eu\\a.yaml', 'nodes/eu/a.yaml'],
    ['.\\a.yaml', 'a.yaml'],
    ['C:\\nodes\\a b.yaml', 'file:///C:/nodes/a%20b.yaml'],
    ['/etc/a#b.yaml', 'file:///etc/a%23b.yaml'],
    ['<stdin>', '%3Cstdin%3E'],
  ])('%j is the URI %s', (file, uri) => {
    expect(uriOf(file)).toBe(uri);
    expect(new URL(uri, 'file:///root/').href).toContain(uri);
  });

  it('has slashes in each format', () => {
    const file = 'nodes\\a.yaml';
    const { issues, texts } = validate({ file, content: 'hostnme: x' });

    expect(sarif(issues).results[0]!.locations[0]!.physicalLocation.artifactLocation.uri).toBe(
      'nodes/a.yaml',
    );
    expect(formatGithub(issues)).toContain('file=nodes/a.yaml,');
    expect(formatGitlab(issues)).toMatchObject([{ location: { path: 'nodes/a.yaml' } }]);
    expect(formatJunit(issues, { files: [file], texts })).toContain('name="nodes/a.yaml"');
  });
});

describe('formatGitlab', () => {
  it('has what GitLab reads, and a fingerprint for each', () => {
    const { issues } = validate({ file: 'a.yaml', content: 'hostname: a\nhostname: b\nrun_cmd: {a: b}\n' });

    expect(formatGitlab(issues)).toEqual([
      {
        description: expect.stringContaining('hostname'),
        check_name: 'duplicate-key',
        fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
        severity: 'minor',
        location: { path: 'a.yaml', lines: { begin: 2 } },
      },
      expect.objectContaining({ check_name: 'wrong-type', severity: 'major' }),
    ]);
    expect(formatGitlab([])).toEqual([]);
  });
});

describe('formatJunit', () => {
  const { issues, texts } = validate({
    file: 'a&b.yaml',
    content: 'hostname: "<\u001b>"\nhaos:\n  tokn: SENTINEL\n',
  });
  const warning = validate({ file: 'w.yaml', content: 'hostname: a\nhostname: b\n' });
  const all = [...issues, ...warning.issues];
  const options = {
    files: ['a&b.yaml', 'good.yaml', 'w.yaml'],
    texts: new Map([...texts, ...warning.texts]),
  };

  it('has a test for each file, of which an invalid one fails', () => {
    const xml = formatJunit(all, options);

    expect(xml).toMatch(
      /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites [^>]*tests="3" failures="1"/,
    );
    expect(xml.match(/<testcase /g)).toHaveLength(3);
    expect(xml.match(/<failure /g)).toHaveLength(1);
    expect(xml).toMatch(/name="good\.yaml" file="good\.yaml">\n {4}<\/testcase>/);
    expect(xml).toMatch(/<system-out>w\.yaml:2:1: warning: /);
    expect(xml).toContain('name="a&amp;b.yaml"');
    expect(formatJunit(all, { ...options, strict: true })).toContain('failures="2"');
  });

  it('holds no secret and nothing that XML cannot', () => {
    const xml = formatJunit(all, options);

    expect(xml).not.toContain('SENTINEL');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
    expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
    expect(xml.replaceAll(/<\/?[a-z][^<>]*>|<\?xml[^<>]*>/g, '')).not.toMatch(
      /[<>]|&(?!(amp|lt|gt|quot|apos);)/,
    );
  });
});
