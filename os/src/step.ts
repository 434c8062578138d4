import type { RunCommand } from './command.js';
import type { Options } from './options.js';
import type { Versions } from './versions.js';

/** Returns the absolute path of a file or directory of the repository. */
export type SourcePath = (path: string) => string;

/**
 * The inputs of a step. A step can reach only what it declares, because other inputs would be
 * missing in its digest.
 */
export interface StepContext {
  /** Returns an absolute path; throws for a path that is not in the step's `files`. */
  source: SourcePath;
  /** Throws for a property that is not in the step's `settings`. */
  options: Options;
  /** Throws for a property that is not in the step's `pins`. */
  versions: Versions;
  /** Returns the result directory of a step; throws for a step that is not in `needs`. */
  of(step: string): string;
  /** The directory for the step's result; empty at first. */
  out: string;
  run: RunCommand;
  /** The date that goes into files, in seconds since the epoch. */
  epoch: number;
}

/**
 * A part of the image. It is rebuilt only if its inputs, its recipe or a needed step has changed.
 */
export interface Step {
  name: string;
  /** Shown while it runs. */
  title: string;
  needs: readonly string[];
  /** The module that holds the recipe. */
  recipe: string;
  /** Files and directories of the repository that it reads. */
  files?: readonly string[];
  /** Parts of `os/versions.json` that it reads. */
  pins?: readonly (keyof Versions)[];
  /** Options that change its result. */
  settings?: readonly (keyof Options)[];
  make(context: StepContext): Promise<void>;
}
