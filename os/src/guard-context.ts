import { join } from 'node:path';
import type { StepInputs } from './digest-step.js';
import type { Step, StepContext } from './step.js';

/**
 * Returns a context that limits a step to its declared inputs and to its needed steps of `made`.
 * Using anything else throws.
 */
export function guardContext(
  step: Step,
  { root, options, versions }: StepInputs,
  made: ReadonlyMap<string, string>,
): Pick<StepContext, 'source' | 'options' | 'versions' | 'of'> {
  return {
    source(path) {
      const isDeclared = step.files?.some((file) => path === file || path.startsWith(`${file}/`));
      return isDeclared ? join(root, path) : refuse(step, path);
    },
    options: guard(step, options, step.settings),
    versions: guard(step, versions, step.pins),
    of: (name) => (step.needs.includes(name) ? made.get(name) : undefined) ?? refuse(step, name),
  };
}

function guard<T extends object>(step: Step, value: T, keys: readonly (keyof T)[] = []): T {
  return new Proxy(value, {
    get: (target, key) =>
      keys.includes(key as keyof T) ? Reflect.get(target, key) : refuse(step, String(key)),
  });
}

function refuse(step: Step, what: string): never {
  throw new Error(`the step ${step.name} does not declare that it reads ${what}`);
}
