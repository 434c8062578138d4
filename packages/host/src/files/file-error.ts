import { HaosError, type HostErrorCode, isHaosError } from '../errors.js';

interface Translation {
  code: HostErrorCode;
  problem: string;
  hint?: string;
}

const NOT_PERMITTED: Translation = {
  code: 'HAOS_FILE_PERMISSION',
  problem: 'permission denied',
  hint: 'Run as root.',
};
const NO_SPACE: Translation = {
  code: 'HAOS_FILE_NO_SPACE',
  problem: 'no space left on the file system',
  hint: 'Free some space on the file system and try again.',
};

/** errno(3) names; any other errno is HAOS_FILE_FAILED. */
const TRANSLATIONS: Readonly<Record<string, Translation>> = {
  ENOENT: { code: 'HAOS_FILE_NOT_FOUND', problem: 'no such file' },
  EACCES: NOT_PERMITTED,
  EPERM: NOT_PERMITTED,
  EROFS: { code: 'HAOS_FILE_READ_ONLY', problem: 'the file system is read-only' },
  ENOSPC: NO_SPACE,
  EDQUOT: NO_SPACE,
  EISDIR: { code: 'HAOS_FILE_NOT_REGULAR', problem: 'it is a directory' },
  ENOTDIR: { code: 'HAOS_FILE_NOT_DIRECTORY', problem: 'not a directory' },
  ELOOP: { code: 'HAOS_FILE_LINK_LOOP', problem: 'too many symbolic links' },
  ENAMETOOLONG: { code: 'HAOS_FILE_PATH', problem: 'the name is too long' },
};

/** Converts a system error of a file operation to a HaosError; returns a HaosError unchanged. */
export function fileError(action: string, path: string, error: unknown): unknown {
  if (isHaosError(error)) return error;
  const errno = String((error as NodeJS.ErrnoException | undefined)?.code ?? 'unknown');
  const { code, problem, hint } = TRANSLATIONS[errno] ?? {
    code: 'HAOS_FILE_FAILED' as const,
    problem: error instanceof Error ? error.message : errno,
    hint: undefined,
  };
  const details = { path, errno };
  return new HaosError(code, `cannot ${action} ${path}: ${problem}`, { cause: error, details, hint });
}

export function notFound(path: string): HaosError {
  return new HaosError('HAOS_FILE_NOT_FOUND', `no such file: ${path}`, { details: { path } });
}

export function notRegular(path: string, wanted = 'a regular file'): HaosError {
  return new HaosError('HAOS_FILE_NOT_REGULAR', `not ${wanted}: ${path}`, { details: { path } });
}

export function notDirectory(path: string): HaosError {
  return new HaosError('HAOS_FILE_NOT_DIRECTORY', `not a directory: ${path}`, { details: { path } });
}
