/** A Debian package source. */
export interface AptSource {
  uri: string;
  /** Such as `bookworm-security`. */
  suite: string;
}

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Returns the sources of this machine's apt, from the text of a one-line (`sources.list`) or a
 * deb822 file (`*.sources`). Only sources that Debian signs are used.
 */
export function parseAptSources(text: string): AptSource[] {
  return /^Types:/m.test(text) ? parseStanzas(text) : parseLines(text);
}

function parseLines(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const [, uri, suite, components] =
      /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.*)$/.exec(line.trim()) ?? [];
    return uri && suite && words(components).includes('main') ? [{ uri, suite }] : [];
  });
}

function parseStanzas(text: string): AptSource[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string) => words(new RegExp(`^${name}:(.*)$`, 'mi').exec(stanza)?.[1]);
    if (!field('Types').includes('deb') || !field('Components').includes('main')) return [];
    if (field('Enabled').includes('no')) return [];
    return field('URIs').flatMap((uri) => field('Suites').map((suite) => ({ uri, suite })));
  });
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}

/**
 * Returns a sources.list for another release of Debian, from the mirrors that this machine uses for
 * its own release. It replaces the release name, takes main and `components`, and leaves out suites
 * that are not named after the release (other vendors, `nodistro`).
 */
export function sourcesFor(
  suite: string,
  own: readonly AptSource[],
  { ownSuite, components = [] }: { ownSuite: string; components?: readonly string[] },
): string {
  const lines = own
    .filter((source) => source.suite === ownSuite || source.suite.startsWith(`${ownSuite}-`))
    .filter(({ uri }) => /\/debian(-security)?\/?$/.test(uri))
    .map(
      ({ uri, suite: name }) =>
        `deb [signed-by=${KEYRING}] ${uri} ${suite}${name.slice(ownSuite.length)} ${['main', ...components].join(' ')}`,
    );
  return [...new Set(lines)].map((line) => `${line}\n`).join('');
}
