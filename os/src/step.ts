import type { RunCommand } from './command.js';
import type { Options } from './options.js';
import type { Versions } from './versions.js';

/** The absolute path of a file or directory of the repository. */
export type SourcePath = (path: string) => string;

/** What a step works with. It reaches only what it says that it reads: everything else would be missing in its digest. */
export interface StepContext {
  /** Throws for what is not in the step's `files`. */
  source: SourcePath;
  /** Throws for a property that is not in the step's `settings`. */
  options: Options;
  /** Throws for a property that is not in the step's `pins`. */
  versions: Versions;
  /** Directory of what a step made; throws for one that is not in the step's `needs`. */
  of(step: string): string;
  /** Where the step puts what it makes; empty at first. */
  out: string;
  run: RunCommand;
  /** The date that goes into files, in seconds since the epoch. */
  epoch: number;
}

/** A part of the image. It is made again only when its inputs, its recipe or what it needs have changed. */
export interface Step {
  name: string;
  /** What a person sees while it runs. */
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
