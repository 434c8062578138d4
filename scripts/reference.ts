import { dump } from 'js-yaml';
import { snakeCase } from '../packages/cc/src/model/key.js';
import { configSchema, type DescribedKey } from '../packages/cc/src/model/schema.js';

const KINDS: Record<DescribedKey['kind'], string> = {
  string: 'string',
  boolean: '`true` or `false`',
  strings: 'list of strings',
  'string-map': 'map of strings',
  items: 'list of maps',
  section: 'section',
};

/** Returns every key with its type, phases, default and an example, as Markdown. */
export function keyReference(): string {
  return describeKeys(configSchema, []).join('\n\n');
}

/** Returns the table of keys and phases, as Markdown. */
export function phaseTableMarkdown(): string {
  const rows = leafKeys(configSchema, []).filter(({ key }) => key.phases);
  const mark = (key: DescribedKey, phase: 'initrd' | 'boot' | 'runtime') =>
    key.phases?.includes(phase) ? 'x' : ' ';
  return [
    '| Key | initrd | boot | runtime |',
    '|---|:-:|:-:|:-:|',
    ...rows.map(
      ({ path, key }) =>
        `| \`${path}\` | ${mark(key, 'initrd')} | ${mark(key, 'boot')} | ${mark(key, 'runtime')} |`,
    ),
  ].join('\n');
}

function leafKeys(section: DescribedKey, path: string[]): { path: string; key: DescribedKey }[] {
  return (section.keys ?? []).flatMap((key) => {
    const inside = [...path, snakeCase(key.name)];
    return key.kind === 'section' ? leafKeys(key, inside) : [{ path: inside.join('.'), key }];
  });
}

function describeKeys(section: DescribedKey, path: string[]): string[] {
  return (section.keys ?? []).flatMap((key) => {
    const inside = [...path, snakeCase(key.name)];
    return key.kind === 'section' ? describeKeys(key, inside) : [describeKey(key, inside)];
  });
}

function describeKey(key: DescribedKey, path: string[]): string {
  const facts = [KINDS[key.kind]];
  if (key.phases) facts.push(`takes effect in ${key.phases.join(', ')}`);
  if (key.default !== undefined) facts.push(`default \`${key.default}\``);
  if (key.secret) facts.push('secret');
  const parts = [`### ${path.join('.')}`, `*${facts.join(' · ')}*`, key.description];
  if (key.values && key.kind !== 'items')
    parts.push(`Values: ${key.values.map((value) => `\`${value}\``).join(', ')}.`);
  if (key.keys) parts.push(itemTable(key));
  if (key.examples[0] !== undefined) parts.push(`\`\`\`yaml\n${example(path, key.examples[0])}\`\`\``);
  return parts.join('\n\n');
}

function itemTable(key: DescribedKey): string {
  const rows = (key.keys ?? []).map((item) => {
    const default_ = item.required ? 'required' : item.default ? `\`${item.default}\`` : '';
    return `| \`${snakeCase(item.name)}\` | ${default_} | ${item.description} |`;
  });
  return ['| in each item | default | |', '|---|---|---|', ...rows].join('\n');
}

function example(path: string[], value: unknown): string {
  const nested = path.reduceRight<unknown>((inside, name) => ({ [name]: inside }), value);
  return dump(nested, { lineWidth: -1 });
}
