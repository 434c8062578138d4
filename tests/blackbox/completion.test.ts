import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { haos as program } from '../../bin/src/commands.js';
import { listCommands } from '../../bin/src/list-commands.js';
import { findProgram } from '../../scripts/setup.mjs';
import { TextLine } from '../vm/text-line.js';
import { haosOk } from './haos.js';
import { makeDirectory, writeTree } from './tree.js';

// npm run check installs them; without them these tests fail.
it.each(['bash', 'zsh', 'fish', 'man', 'script'])('%s is installed', (name) => {
  expect(findProgram(name)).toBeDefined();
});

const scripts = new Map<string, string>();
beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish'])
    scripts.set(shell, (await haosOk(['completion', shell])).stdout);
});

/** What stands between these is what a call got as arguments. */
const STUB = `#!/bin/sh\n[ $# -eq 0 ] || printf '<%s>' "$@"\necho @@\n`;

/**
 * Where a person types: two programs that show their arguments, a file, a directory, and the
 * completion for a shell.
 */
function makeHome(): string {
  const home = makeDirectory();
  const stub = { content: STUB, mode: 0o755 };
  writeTree(home, {
    '/bin/haos': stub,
    '/bin/HAOS': stub,
    '/node one.yaml': 'hostname: a\n',
    '/tree/file': '',
    '/fpath/_haos': scripts.get('zsh')!,
    '/share/completions/haos': scripts.get('bash')!,
  });
  for (const [shell, script] of scripts) writeFileSync(join(home, `completion.${shell}`), script);
  return home;
}

/** A person at a shell on a terminal of its own. */
function openShell(command: string) {
  const home = makeHome();
  const env = { HOME: home, PATH: `${home}/bin:${process.env.PATH}`, TERM: 'dumb', LANG: 'C.UTF-8' };
  const child = spawn('script', ['--quiet', '--flush', '--command', command, '/dev/null'], {
    cwd: home,
    env: { ...env, SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const text = new TextLine('the terminal');
  child.stdout.on('data', (chunk: Buffer) => text.add(chunk));
  const closed = new Promise((resolve) => child.on('close', resolve)).then(() => text.close());
  return {
    /** What `haos` gets when these keys are typed, and Enter. */
    async type(keys: string): Promise<string[]> {
      child.stdin.write(`${keys}\n`);
      const { match } = await text.expect(/((?:<[^<>\n]*>)*)@@\n/, 100);
      return [...(match[1] ?? '').matchAll(/<([^>]*)>/g)].map((found) => found[1] ?? '');
    },
    async end() {
      child.stdin.write('exit\n');
      await closed;
    },
  };
}

const SHELLS: readonly (readonly [shell: string, command: string, setUp: string])[] = [
  ['bash', 'bash --norc --noprofile -i', 'source completion.bash'],
  [
    'bash with bash-completion',
    'bash --norc --noprofile -i',
    'export BASH_COMPLETION_USER_DIR=$PWD/share; source /usr/share/bash-completion/bash_completion',
  ],
  ['zsh', 'zsh -f -i', 'autoload -Uz compinit && compinit -D -u && source completion.zsh'],
  ['zsh with fpath', 'zsh -f -i', 'fpath=($PWD/fpath $fpath) && autoload -Uz compinit && compinit -D -u'],
  ['fish', 'fish --no-config -i', 'source completion.fish'],
];

const TYPED: readonly (readonly [keys: string, args: readonly string[]])[] = [
  ['haos conf\t', ['config']],
  ['haos config val\t', ['config', 'validate']],
  ['haos config plan --ini\t', ['config', 'plan', '--initrd']],
  ['haos config plan --boot --roo\ttr\t', ['config', 'plan', '--boot', '--root', 'tree']],
  ['haos config validate --format sa\t', ['config', 'validate', '--format', 'sarif']],
  ['haos config validate --format=sa\t', ['config', 'validate', '--format', 'sarif']],
  ['haos config validate --strict nod\t', ['config', 'validate', '--strict', 'node one.yaml']],
  ['haos completion fi\t', ['completion', 'fish']],
  ['haos datasource fetch sca\t', ['datasource', 'fetch', 'scaleway']],
  ['haos help upg\t', ['help', 'upgrade']],
  ['haos upgrade --allow-d\t--allow-s\t', ['upgrade', '--allow-downgrade', '--allow-skip']],
  ['HAOS upgrade rollb\t', ['upgrade', 'rollback']],
  // Nothing of the kind.
  ['haos config plan node\t', ['config', 'plan', 'node']],
  ['haos config --quiet pla\t', ['config', '--quiet', 'pla']],
];

/**
 * zsh writes a value behind =, and no slash behind a directory that ends a line; for the program it
 * is the same.
 */
function splitOption(arg: string): string[] {
  return arg.replace(/\/$/, '').split('=');
}

describe.each(SHELLS)('Tab in %s', (_shell, command, setUp) => {
  it('completes commands, options, values and files', async () => {
    const shell = openShell(command);
    await shell.type(`${setUp}; haos`);

    const got = [];
    for (const [keys] of TYPED) got.push([keys, (await shell.type(keys)).flatMap(splitOption)]);
    await shell.end();

    expect(got).toEqual(TYPED);
  }, 240_000);
});

it('fish shows what each command and option is for', () => {
  const home = makeHome();
  const complete = (line: string) =>
    execFileSync('fish', ['--no-config', '-c', `source completion.fish; complete -C '${line}'`], {
      cwd: home,
      encoding: 'utf8',
      env: { ...process.env, HOME: home },
    });

  for (const { called, command } of listCommands([program])) {
    const inside = complete(`${called} `).split('\n');
    for (const { name, summary } of command.commands ?? []) expect(inside).toContain(`${name}\t${summary}`);
    const options = complete(`${called} --`).split('\n');
    for (const { name, summary } of command.options) expect(options).toContain(`--${name}\t${summary}`);
  }
});

it('bash and zsh find no mistake in their scripts', () => {
  const home = makeHome();

  for (const shell of ['bash', 'zsh', 'fish'])
    execFileSync(shell, ['-n', `completion.${shell}`], { cwd: home, stdio: 'pipe' });
});

describe('the manual pages', () => {
  it('are shown by man without a warning, with every command and option', async () => {
    const directory = join(makeDirectory(), 'man/man1');
    await haosOk(['help', '--man', directory]);
    const commands = listCommands([program]);

    expect(readdirSync(directory).sort()).toEqual(
      commands.map(({ called }) => `${called.replaceAll(' ', '-')}.1`).sort(),
    );
    for (const { called, command } of commands) {
      const name = called.replaceAll(' ', '-');
      const env = { ...process.env, MANWIDTH: '1000', LC_ALL: 'C.UTF-8', MANPAGER: 'cat' };
      const args = ['--warnings', `--manpath=${join(directory, '..')}`, name];
      const { stdout, stderr } = spawnSync('man', args, { encoding: 'utf8', env });

      expect([name, stderr]).toEqual([name, '']);
      const plain = stdout.replace(/[\u2010\u2212]/g, '-');
      expect(plain).toContain(`${name} - ${command.summary}`);
      for (const { name: option, value } of command.options)
        expect(plain).toContain(`--${option}${value ? ` ${value}` : ''}`);
      for (const inside of command.commands ?? []) expect(plain).toContain(`${name}-${inside.name}(1)`);
      for (const { line } of command.examples) expect(plain).toContain(line);
    }
  });

  it('go into a directory that is made, and nowhere else', async () => {
    const cwd = makeDirectory();
    mkdirSync(join(cwd, 'a'));
    await haosOk(['help', '--man', 'a/b/c'], { cwd });

    expect(readdirSync(cwd)).toEqual(['a']);
    expect(readdirSync(join(cwd, 'a/b/c'))).toContain('haos.1');
  });
});
