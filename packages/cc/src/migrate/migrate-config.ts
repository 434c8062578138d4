import type { Origin, Severity } from '../issue.js';
import { isUtf16, utf8, utf16 } from '../parse/bytes.js';
import { originAt } from '../parse/document.js';
import { mappingNode } from '../parse/node.js';
import { parseYaml } from '../parse/yaml.js';
import { findOldTexts } from '../rules/old-texts.js';
import { MAX_SOURCE_BYTES } from '../sources/source.js';
import { validate } from '../validate.js';
import { Draft, type Remark } from './draft.js';
import { insertSettings } from './insert-settings.js';
import { migrateFiles } from './migrate-files.js';
import { migrateK3s } from './migrate-k3s.js';
import { migrateLabels } from './migrate-labels.js';
import { migrateNodeKeys } from './migrate-node-keys.js';
import { migrateTexts } from './migrate-texts.js';
import { renameSection } from './rename-section.js';
import type { Setting } from './setting.js';
import { type MigrationForm, parametersOf, parseText } from './source.js';
import { takeSettings } from './take-settings.js';

/** A configuration of k3OS or of the Go HAOS as one for HAOS. */
export interface Migration {
  readonly form: MigrationForm;
  /** The same text where nothing had to change. */
  readonly text: string;
  /** What changed, in the order of the lines. */
  readonly changes: readonly MigrationChange[];
  /** What a person has to decide, and what is wrong with the result, in the order of the lines. */
  readonly open: readonly OpenQuestion[];
}

export interface MigrationChange {
  /** In the text as it was; lines and columns count from 1. */
  readonly line: number;
  readonly message: string;
}

export interface OpenQuestion {
  /** In the result, as is the column. */
  readonly line: number;
  readonly column: number;
  /** With an error, the result is invalid. */
  readonly severity: Severity;
  readonly message: string;
  readonly hint: string | undefined;
}

export interface MigrationOptions {
  /** Default: what the text looks like. */
  form?: MigrationForm | undefined;
}

/** Issues about the form of a value, which migrating does not change. */
const ABOUT_STYLE: readonly string[] = ['ambiguous-scalar', 'deprecated-form'];

/**
 * Turns a configuration of k3OS or of the Go HAOS, or words of a kernel command line, into what
 * HAOS reads. Comments and layout stay. What it cannot decide is in `open`, with everything that
 * `validate` has to say of the result. Doing it again changes nothing. Never throws for what is in
 * the text; messages have names, paths and flags of it, and no values.
 */
export function migrateConfig(content: string | Uint8Array, options: MigrationOptions = {}): Migration {
  const text = content.length > MAX_SOURCE_BYTES ? undefined : decode(content);
  const form = options.form ?? formOf(text ?? '');
  if (text === undefined) return { form, text: '', changes: [], open: issuesOf(content, form) };
  if (isScript(text) && form === 'yaml') return { form, text, changes: [], open: findOldLines(text) };
  const { text: migrated, changes, questions } = edit(text, roundsFor(form));
  const place = placesOf(migrated);
  const open = [
    ...questions.map((question) => toQuestion(question, place(question.offset))),
    ...issuesOf(migrated, form),
  ];
  return { form, text: migrated, changes, open: open.sort((a, b) => a.line - b.line || a.column - b.column) };
}

function decode(content: string | Uint8Array): string | undefined {
  if (typeof content === 'string') return content;
  return isUtf16(content) ? utf16(content) : utf8(content);
}

/** User data that is run; iPXE has a mark of its own. */
function isScript(text: string): boolean {
  return /^#!(?!ipxe\b)/.test(text);
}

/** What is old in a program: only its author knows what may change there. */
function findOldLines(text: string): OpenQuestion[] {
  return text.split('\n').flatMap((line, index) =>
    findOldTexts(line).map(({ message, hint }) => ({
      line: index + 1,
      column: 1,
      severity: 'warning' as const,
      message,
      hint,
    })),
  );
}

/**
 * Words of a command line are no map to YAML, whatever stands around them, as in a file of a
 * network boot.
 */
function formOf(text: string): MigrationForm {
  if (isScript(text)) return 'yaml';
  if (!/(?:^|\s)"?(?:k3os|haos)\.(?!io\b)/i.test(text)) return 'yaml';
  const hasWords = parametersOf(text).some(({ name }) => /^(?:k3os|haos)\./i.test(name));
  if (!hasWords) return 'yaml';
  const { root, error } = parseYaml(text);
  if (error) return /^[\w-]+:(?:\s|$)/m.test(text) ? 'yaml' : 'cmdline';
  return root?.kind === 'scalar' ? 'cmdline' : 'yaml';
}

type Round = (draft: Draft) => void;

/** Each round reads what the one before wrote. */
function roundsFor(form: MigrationForm): Round[] {
  let settings: readonly Setting[] = [];
  return [
    (draft) => renameSection(draft, form),
    (draft) => {
      const source = parseText(draft.text, form);
      if (!source) return;
      migrateNodeKeys(source, draft);
      migrateLabels(source, draft);
      migrateK3s(source, draft);
      migrateFiles(source, draft);
      migrateTexts(source, draft);
      settings = takeSettings(source, draft);
    },
    (draft) => {
      if (settings.length > 0)
        insertSettings(parseText(draft.text, form) ?? emptySource(draft.text, form), draft, settings);
    },
  ];
}

/** Of a text whose keys are all gone. */
function emptySource(text: string, form: MigrationForm) {
  return { form, text, root: { ...mappingNode({}), start: text.length }, shared: new Set<never>() };
}

/**
 * What the rounds make of a text. Only the last two move lines, and the last one tells of no
 * change.
 */
function edit(
  text: string,
  rounds: readonly Round[],
): { text: string; changes: MigrationChange[]; questions: Remark[] } {
  const changes: MigrationChange[] = [];
  let questions: Remark[] = [];
  let current = text;
  for (const round of rounds) {
    const draft = new Draft(current);
    round(draft);
    const place = placesOf(current);
    const { text: edited, changes: made, moved } = draft.finish();
    for (const { offset, message } of made) changes.push({ line: place(offset).line, message });
    questions = [...questions, ...draft.questions].map((each) => ({ ...each, offset: moved(each.offset) }));
    current = edited;
  }
  return { text: current, changes: inOrder(changes), questions };
}

/** By their lines, and none twice: a line may name a path several times. */
function inOrder(changes: readonly MigrationChange[]): MigrationChange[] {
  const unique = new Map(changes.map((change) => [`${change.line} ${change.message}`, change]));
  return [...unique.values()].sort((a, b) => a.line - b.line);
}

type Place = Pick<Origin, 'line' | 'column'>;

function placesOf(text: string): (offset: number) => Place {
  const document = { source: 'input', file: '', text } as const;
  return (offset) => originAt(document, offset, 1);
}

function toQuestion({ message, hint }: Remark, { line, column }: Place): OpenQuestion {
  return { line, column, severity: 'warning', message, hint };
}

function issuesOf(content: string | Uint8Array, form: MigrationForm): OpenQuestion[] {
  const { issues } = validate({ content, form });
  return issues
    .filter(({ code, severity }) => severity !== 'info' && !ABOUT_STYLE.includes(code))
    .map(({ severity, message, origin, hint }) => ({
      line: origin?.line ?? 1,
      column: origin?.column ?? 1,
      severity: form === 'cmdline' && isVariable(content, origin) ? 'warning' : severity,
      message,
      hint,
    }));
}

/** Of a boot loader, which puts its value there: `${base}/node.yaml`. */
function isVariable(content: string | Uint8Array, origin: Origin | undefined): boolean {
  if (typeof content !== 'string' || !origin) return false;
  return content.slice(origin.offset, origin.offset + origin.length).includes('${');
}
