import { expect, it } from 'vitest';
import { readSources } from '../config.js';

const MANY = 100_000;

it.each([
  ['items', 'write_files', '[x]', 0],
  ['strings', 'run_cmd', '{a: b}', undefined],
])(
  'reports each of a hundred thousand wrong %s, for which quadratic work would take too long',
  (_, key, item, left) => {
    const { config, issues, provenance } = readSources([
      { content: `${key}:\n${`- ${item}\n`.repeat(MANY)}hostname: a\n` },
    ]);

    expect(issues).toHaveLength(MANY);
    expect(issues[MANY - 1]?.origin?.line).toBe(MANY + 1);
    expect(config.hostname).toBe('a');
    expect(config.writeFiles?.length).toBe(left);
    expect(provenance.leaves()).toContain('/hostname');
  },
);

it('knows the lines of the remaining values', () => {
  const { config, issues, provenance } = readSources([
    { content: 'write_files:\n- x\n- {path: /a}\n- y\n- {path: /b}\nhaos:\n  labels: {a: [{}], b: c}\n' },
  ]);

  expect(issues.map(({ key }) => key)).toEqual(['write_files[0]', 'write_files[2]', 'haos.labels[a]']);
  expect(config).toEqual({ writeFiles: [{ path: '/a' }, { path: '/b' }], haos: { labels: { b: 'c' } } });
  expect(provenance.origins('/writeFiles/1/path')[0]?.line).toBe(5);
});
