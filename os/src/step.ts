import type { RunCommand } from './command.js';
import type { Options } from './options.js';

/** What a step works with. */
export interface StepContext {
  /** The repository. */
  root: string;
  options: Options;
  /** Where the step puts what it makes; empty at first. */
  out: string;
  /** Directory of what a needed step made. */
  of(step: string): string;
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
  /** Options that change its result. */
  settings?(options: Options): readonly string[];
  make(context: StepContext): Promise<void>;
}
