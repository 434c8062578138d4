import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A fenced block of code. */
export interface Block {
  /** Such as `docs/cli.md:12`. */
  place: string;
  language: string;
  content: string;
  /** The HTML comment right before it, if any: `not a configuration: why`, `example: name`. */
  note: string | undefined;
}

/** One page of the documentation. */
export interface Page {
  /** Relative to the repository. */
  path: string;
  text: string;
  blocks: readonly Block[];
  /** The text without its fenced blocks. */
  prose: string;
}

/** Returns every page: those at the top, of docs/, and of each package. */
export function readPages(): Page[] {
  const markdown = (folder: string) =>
    readdirSync(join(ROOT, folder), { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
      .map((entry) => join(folder, entry.name));
  const packages = readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}`);
  return ['', 'docs', 'bin', ...packages].flatMap(markdown).map((path) => readPage(path));
}

function readPage(path: string): Page {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const blocks: Block[] = [];
  const fenced = /(?:^<!-- (.*) -->\n\n?)?^```(\w*)[^\n]*\n([\s\S]*?)^```$/gm;
  for (const match of text.matchAll(fenced)) {
    const line = text.slice(0, match.index).split('\n').length;
    blocks.push({
      place: `${relative(ROOT, join(ROOT, path))}:${line}`,
      language: match[2] ?? '',
      content: match[3] ?? '',
      note: match[1],
    });
  }
  return { path, text, blocks, prose: text.replace(fenced, '') };
}

/** Returns the link targets of a page, without those outside the repository. */
export function linksOf({ prose }: Page): string[] {
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  return links.filter((link) => !/^[a-z]+:/.test(link));
}

/** Returns the anchors of a page's headings, by GitHub's rule. */
export function anchorsOf({ prose }: Page): string[] {
  return [...prose.matchAll(/^#+ (.*)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/**
 * Returns the calls of `haos` in a page, as words: in fenced shell blocks, and between backticks.
 */
export function callsOf(page: Page): string[][] {
  const shell = page.blocks
    .filter(({ language }) => ['sh', 'console', 'yaml'].includes(language))
    .flatMap(({ content }) => content.split('\n'));
  const inline = [...page.prose.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');
  return [...shell, ...inline].flatMap((line) =>
    [
      ...line.matchAll(
        /(?:^(?:\$ )?(?:sudo )?|[|;] ?(?:sudo )?|npx (?:--yes )?(?:--package \S+ )?)haos ([^|;>#]*)/g,
      ),
    ].map((match) => (match[1] ?? '').trim().split(/\s+/)),
  );
}
