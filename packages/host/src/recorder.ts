import type { Effect, Operation } from './types.js';

/** The operations of a host, and a method that adds one. */
export interface Recorder {
  readonly operations: readonly Operation[];
  record(effect: Effect, status: Operation['status']): void;
}

export function createRecorder(): Recorder {
  const operations: Operation[] = [];
  return {
    operations,
    record: (effect, status) => void operations.push({ ...effect, status }),
  };
}
