const CODES = { red: 31, green: 32, yellow: 33, bold: 1, dim: 2 } as const;

/** Colours a text, or leaves it as it is. */
export type Paint = (color: keyof typeof CODES, text: string) => string;

/** A function that colours with ANSI escapes when `isOn`. */
export function createPaint(isOn: boolean): Paint {
  return isOn ? (color, text) => `\u001b[${CODES[color]}m${text}\u001b[0m` : (_color, text) => text;
}
