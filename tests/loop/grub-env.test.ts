import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BootState,
  formatBootState,
  formatGrubEnv,
  parseBootState,
  parseGrubEnv,
} from '@haos/system/internal';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { must } from './loop-disk.js';

const STATE: BootState = { slot: 'previous', trial: 'v2/-/6.1+a-v2', tries: 1, good: 'v1', failed: 'v0' };

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'haos-grub-env-'));
  file = join(directory, 'grubenv');
});
afterEach(() => rmSync(directory, { recursive: true }));

it("GRUB's own program reads what HAOS writes", () => {
  writeFileSync(file, formatBootState(STATE));

  expect(must('grub-editenv', file, 'list').split('\n').sort()).toEqual([
    'haos_failed=v0',
    'haos_good=v1',
    'haos_slot=previous',
    'haos_trial=v2/-/6.1+a-v2',
    'haos_tries=1',
  ]);
});

it("HAOS reads what GRUB's own program writes", () => {
  must('grub-editenv', file, 'create');
  must(
    'grub-editenv',
    file,
    'set',
    'haos_slot=current',
    'haos_trial=v3',
    'haos_tries=2',
    'other=back\\slash',
  );

  const block = readFileSync(file);
  expect(block).toHaveLength(1024);
  expect(parseBootState(block)).toEqual({ slot: 'current', trial: 'v3', tries: 2 });
  expect(parseGrubEnv(block).get('other')).toBe('back\\slash');
});

it('each changes what the other wrote', () => {
  writeFileSync(file, formatGrubEnv(new Map([['a', '1\\2']])));
  must('grub-editenv', file, 'set', 'haos_tries=0', 'haos_trial=v3');
  must('grub-editenv', file, 'unset', 'haos_tries');
  writeFileSync(file, formatBootState({ slot: 'previous' }, readFileSync(file)));

  expect(must('grub-editenv', file, 'list').split('\n').sort()).toEqual(['a=1\\2', 'haos_slot=previous']);
});
