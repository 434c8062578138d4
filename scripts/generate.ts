/**
 * Writes the generated files. From packages/cc/src/model/schema.ts and the lists of codes come the
 * keys, the types, the compiled validator, the JSON Schema and the marked regions of docs/; from
 * docs/errors.md comes what reports say about each kind of issue. With --check it writes nothing
 * and fails if a file is stale.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import { dump } from 'js-yaml';
import { blockedModulesOf, renderModules, renderSysctls } from '../packages/audit/src/internal.js';
import { canonicalSchema, schema } from '../packages/cc/src/model/json-schema.js';
import type { KeyDefinition } from '../packages/cc/src/model/key.js';
import { configSchema, type DescribedKey } from '../packages/cc/src/model/schema.js';
import { spellingsOf } from '../packages/cc/src/model/spellings.js';
import { chartFiles } from '../packages/operator/src/manifests/chart.js';
import { operatorManifest } from '../packages/operator/src/manifests/operator-manifest.js';
import { jsonSchemas } from '../packages/operator/src/objects/json-schemas.js';
import { auditTables } from './audit-tables.js';
import { fleetReference } from './fleet-reference.js';
import { keyReference, phaseTableMarkdown } from './reference.js';

const root = fileURLToPath(new URL('..', import.meta.url));

const FROM_CHECKS =
  '# Generated from packages/audit/src/checks by `npm run generate`; do not edit. docs/security.md\n# has the reasons.\n';

/** Returns the content of each generated file by its path in the repository. */
export function generatedFiles(): Map<string, string> {
  return new Map([
    ['packages/cc/src/generated/keys.ts', keysSource()],
    ['packages/cc/src/generated/types.ts', typesSource()],
    ['packages/cc/src/generated/validate-config.ts', validatorSource()],
    ['packages/cc/src/generated/issue-rules.ts', issueRulesSource()],
    ['os/overlay/rootfs/usr/share/haos/manifests/node-operator.yaml', operatorSource()],
    ...chartSources(),
    ...[...jsonSchemas(configSchema)].map(([path, content]): [string, string] => [
      `packages/operator/schemas/${path}`,
      `${JSON.stringify(content, null, 2)}\n`,
    ]),
    ['packages/cc/cloud-config.schema.json', `${JSON.stringify(schema(), null, 2)}\n`],
    [
      'docs/configuration.md',
      withRegions('docs/configuration.md', { keys: keyReference(), phases: phaseTableMarkdown() }),
    ],
    ['docs/fleet.md', withRegions('docs/fleet.md', { objects: fleetReference(configSchema) })],
    ['docs/security.md', withRegions('docs/security.md', auditTables())],
    [
      'os/overlay/rootfs/usr/lib/sysctl.d/61-haos-hardening.conf',
      `${FROM_CHECKS}${renderSysctls('standard')}`,
    ],
    [
      'os/overlay/rootfs/usr/lib/modprobe.d/haos-hardening.conf',
      `${FROM_CHECKS}# haos.modules loads them all the same.\n${renderModules(blockedModulesOf('standard'))}`,
    ],
  ]);
}

function keysSource(): string {
  return `// Generated from src/schema.ts by \`npm run generate\`; do not edit.
import type { KeyDefinition } from '../model/key.js';

/** What every start needs to know of the keys. V8 reads JSON faster than an object literal. */
export const configDefinition: KeyDefinition = /* @__PURE__ */ JSON.parse(\`
${JSON.stringify(withoutTexts(configSchema)).replaceAll('{"name"', '\n{"name"').trim()}
\`);
`;
}

function withoutTexts(key: DescribedKey): KeyDefinition {
  const { name, kind, secret, numeric, phases, keys } = key;
  return {
    name,
    kind,
    spellings: spellingsOf(key),
    ...(secret && { secret }),
    ...(numeric && { numeric }),
    ...(phases && { phases }),
    ...(keys && { keys: keys.map(withoutTexts) }),
  };
}

function typesSource(): string {
  const interfaces: string[] = [];
  addInterface(configSchema, interfaces);
  return `// Generated from src/schema.ts by \`npm run generate\`; do not edit.\n\n${interfaces.join('\n\n')}\n`;
}

function addInterface(definition: DescribedKey, interfaces: string[]): void {
  const keys = definition.keys ?? [];
  const lines = keys.map(
    (key) => `  /** ${key.description} */\n  ${key.name}${key.required ? '' : '?'}: ${typeOf(key)};`,
  );
  interfaces.push(
    `/** ${definition.description} */\nexport interface ${definition.type} {\n${lines.join('\n')}\n}`,
  );
  for (const key of keys) if (key.type) addInterface(key, interfaces);
}

function typeOf(key: DescribedKey): string {
  const text = key.values?.map((value) => `'${value}'`).join(' | ') ?? 'string';
  switch (key.kind) {
    case 'string':
      return text;
    case 'boolean':
      return 'boolean';
    case 'strings':
      return `readonly ${key.values ? `(${text})` : text}[]`;
    case 'string-map':
      return 'Readonly<Record<string, string>>';
    case 'items':
      return `readonly ${key.type}[]`;
    case 'section':
      return `${key.type}`;
  }
}

function validatorSource(): string {
  // Without messages and with one function for all lists: every start of the program reads this
  // code.
  const ajv = new Ajv({
    allErrors: true,
    strict: true,
    messages: false,
    inlineRefs: false,
    code: { source: true, esm: true, lines: true },
  });
  const validate = ajv.compile(canonicalSchema());
  const code = standalone
    .default(ajv, validate)
    .replace('"use strict";', '')
    .replace(/export default validate\d+;/, '')
    // Only keywords of one's own read where a value stands.
    .replace(/,parentData:\w+,parentDataProperty:[^,]+,rootData(?=\})/g, '');
  const name = /export const validate = (validate\d+);/.exec(code)?.[1];
  if (!name) throw new Error('ajv names its function in an unknown form; adapt scripts/generate.ts');
  const body = code.replace(/export const validate = validate\d+;/, '').trim();
  return `// @ts-nocheck
// Generated from src/schema.ts by \`npm run generate\`: ajv's standalone code, so that no start
// compiles a schema; do not edit.

/** Whether a merged configuration has the right types; if not, \`errors\` tells where. */
export const validateConfig: ((data: unknown) => boolean) & { errors?: { instancePath: string }[] | null } = ${name};

${body}
`;
}

function operatorSource(): string {
  const about = `# The operator: its objects, its rights and its programs. A server applies it if haos.operator is
# true: docs/fleet.md. Generated from packages/operator by \`npm run generate\`; do not edit.
`;
  return about + operatorManifest(configSchema).map(toYaml).join('---\n');
}

function chartSources(): [string, string][] {
  const { version } = JSON.parse(readFileSync(`${root}packages/operator/package.json`, 'utf8'));
  const files = chartFiles(operatorManifest(configSchema), version, toYaml);
  return [...files].map(([path, content]) => [`packages/operator/chart/${path}`, content]);
}

function toYaml(object: object): string {
  return dump(object, { lineWidth: 100, quoteStyle: 'double' });
}

/** Returns the table of issues in docs/errors.md, which is written for people, as a module. */
function issueRulesSource(): string {
  const page = readFileSync(`${root}docs/errors.md`, 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z0-9-]+)` \| (.*) \|$/gm)]
    .map(([, code = '', rest = '']) => [code, ...rest.split(' | ')])
    .filter((cells) => cells.length === 4);
  const rules = rows.map(([code = '', severity = '', meaning = '', remedy = '']) => {
    const [first] = /^(error|warning|info)\b/.exec(severity) ?? [];
    if (first === undefined) throw new Error(`docs/errors.md: ${code} has no severity`);
    return `  ${JSON.stringify(code)}: ${JSON.stringify({ severity: first, meaning, remedy })},\n`;
  });
  return `// Generated from docs/errors.md by \`npm run generate\`; do not edit.
import type { IssueCode, Severity } from '../issue.js';

/** The meaning of a kind of issue and its remedy, in Markdown, without a full stop. */
export interface IssueRule {
  /** The usual severity. */
  severity: Severity;
  meaning: string;
  remedy: string;
}

export const ISSUE_RULES: Readonly<Record<IssueCode, IssueRule>> = {
${rules.join('')}};
`;
}

/**
 * Returns the file with the text between `<!-- generated: NAME -->` and `<!-- /generated -->`
 * replaced.
 */
function withRegions(path: string, regions: Record<string, string>): string {
  let text = existsSync(root + path) ? readFileSync(root + path, 'utf8') : '';
  for (const [name, content] of Object.entries(regions)) {
    const region = new RegExp(`(<!-- generated: ${name} -->\n)[\\s\\S]*?(<!-- /generated -->)`);
    if (!region.test(text)) throw new Error(`${path} has no region ${name}`);
    text = text.replace(region, (_all, open, close) => `${open}\n${content.trim()}\n\n${close}`);
  }
  return text;
}

function main(check: boolean): void {
  const stale: string[] = [];
  for (const [path, content] of generatedFiles()) {
    const current = existsSync(root + path) ? readFileSync(root + path, 'utf8') : undefined;
    if (current === content) continue;
    stale.push(path);
    if (check) continue;
    mkdirSync(dirname(root + path), { recursive: true });
    writeFileSync(root + path, content);
  }
  for (const path of stale) console.log(`${check ? 'stale' : 'wrote'} ${path}`);
  if (check && stale.length > 0) {
    console.error('run `npm run generate` and commit the result');
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.includes('--check'));
