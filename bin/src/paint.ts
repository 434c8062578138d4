const CODES = { red: 31, green: 32, yellow: 33, bold: 1, dim: 2 } as const;

/** Colours a text, or returns it unchanged. */
export type Paint = (color: keyof typeof CODES, text: string) => string;

/**
 * Returns a function that colours with ANSI escape codes if `isOn`, else leaves texts unchanged.
 */
export function createPaint(isOn: boolean): Paint {
  return isOn ? (color, text) => `\u001b[${CODES[color]}m${text}\u001b[0m` : (_color, text) => text;
}
