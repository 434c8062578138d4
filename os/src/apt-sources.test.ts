import { describe, expect, it } from 'vitest';
import { parseAptSources, sourcesFor } from './apt-sources.js';

const LINES = `
# deb http://commented.example/debian bookworm main
deb http://mirror.example/debian bookworm main contrib
deb [arch=amd64 signed-by=/k] http://mirror.example/debian-security bookworm-security main
deb https://vendor.example/apt stable main
deb-src http://mirror.example/debian bookworm main
`;

const STANZAS = `Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main

Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main
Enabled: no
`;

describe('the sources of the build machine', () => {
  it('are read from one-line files', () => {
    expect(parseAptSources(LINES)).toEqual([
      { uri: 'http://mirror.example/debian', suite: 'bookworm' },
      { uri: 'http://mirror.example/debian-security', suite: 'bookworm-security' },
      { uri: 'https://vendor.example/apt', suite: 'stable' },
    ]);
  });

  it('are read from stanzas, except disabled ones', () => {
    expect(parseAptSources(STANZAS)).toEqual([
      { uri: 'http://mirror.example/debian', suite: 'bookworm' },
      { uri: 'http://mirror.example/debian', suite: 'bookworm-updates' },
    ]);
  });

  it('serve another release from the same mirrors, without those of other vendors, and signed', () => {
    const lines = sourcesFor('trixie', parseAptSources(LINES), {
      ownSuite: 'bookworm',
      components: ['extra'],
    })
      .trim()
      .split('\n');

    expect(lines.map((line) => line.replace(/\[signed-by=[^\]]+\]/, '[signed]'))).toEqual([
      'deb [signed] http://mirror.example/debian trixie main extra',
      'deb [signed] http://mirror.example/debian-security trixie-security main extra',
    ]);
  });
});
