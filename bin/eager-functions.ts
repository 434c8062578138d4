import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A function in a file, as V8 reports it. */
interface Range {
  startOffset: number;
  endOffset: number;
  count: number;
}

/** What NODE_V8_COVERAGE makes Node write. */
interface Coverage {
  result: { url: string; functions: { ranges: Range[] }[] }[];
}

/**
 * Rewrites the files of the program so that V8 compiles the functions that each start calls when it
 * reads the file. Otherwise V8 only looks for the end of a function there, and reads it again when
 * it is called; a function in parentheses is one that is called at once (v8.dev/blog/preparser).
 *
 * Which functions these are shows a start with a tree of these files, by their paths. Only
 * declarations at the top level of a file change: `function f(){}` becomes
 * `var f=(function(){})` at its beginning.
 */
export function compileEagerly(program: string, tree: Readonly<Record<string, string>>): void {
  const files = new URL('dist/', pathToFileURL(program)).href;
  for (const { url, functions } of runWithCoverage(program, tree)) {
    if (!url.startsWith(files)) continue;
    const path = fileURLToPath(url);
    const code = readFileSync(path, 'utf8');
    const ranges = functions.map((each) => each.ranges[0]!).filter((range) => !isWhole(range, code));
    writeFileSync(path, withEagerFunctions(code, ranges));
  }
}

function runWithCoverage(program: string, tree: Readonly<Record<string, string>>): Coverage['result'] {
  const directory = mkdtempSync(join(tmpdir(), 'haos-coverage-'));
  const [root, coverage] = [join(directory, 'root'), join(directory, 'coverage')];
  try {
    for (const [path, text] of Object.entries(tree)) {
      mkdirSync(join(root, dirname(path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const { status, stderr } = spawnSync(
      process.execPath,
      [program, 'config', '--dump-json', '--root', root],
      {
        env: { NODE_V8_COVERAGE: coverage },
        encoding: 'utf8',
      },
    );
    if (status !== 0) throw new Error(`the bundled program ended with status ${status}: ${stderr}`);
    return readdirSync(coverage).flatMap(
      (name) => (JSON.parse(readFileSync(join(coverage, name), 'utf8')) as Coverage).result,
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The whole file counts as a function, too. */
function isWhole({ startOffset, endOffset }: Range, code: string): boolean {
  return startOffset === 0 && endOffset >= code.trimEnd().length;
}

/** Returns the code with the declared functions that ran in parentheses. */
export function withEagerFunctions(code: string, ranges: readonly Range[]): string {
  let eager = '';
  let rest = '';
  let end = 0;
  // Outer functions come first, so that what is inside of the last one is no longer of interest.
  for (const { startOffset, endOffset, count } of ranges.toSorted((a, b) => a.startOffset - b.startOffset)) {
    if (startOffset < end) continue;
    const text = code.slice(startOffset, endOffset);
    const name = DECLARATION.exec(text)?.[2];
    const isStatement = /[;{}\s]/.test(code.charAt(startOffset - 1));
    rest += code.slice(end, startOffset);
    end = endOffset;
    if (count === 0 || name === undefined || !isStatement) rest += text;
    else eager += `var ${name}=(${text.replace(DECLARATION, '$1(')});`;
  }
  rest += code.slice(end);
  if (rest.startsWith(DIRECTIVE)) return DIRECTIVE + eager + rest.slice(DIRECTIVE.length);
  return eager + rest;
}

const DIRECTIVE = '"use strict";';
const DECLARATION = /^((?:async )?function\*?) ?([\w$]+)\(/;
