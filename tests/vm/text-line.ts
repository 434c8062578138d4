/** The text that arrives on a serial line, and the code that waits for parts of it. */
export class TextLine {
  text = '';
  /** The start of the text that no wait has matched yet. */
  private position = 0;
  private readonly waiting = new Set<() => void>();
  /** Set when the line has ended; with the reason, unless the machine just ended. */
  private end?: { reason?: Error };

  /** `name` says where a person finds the whole text if a part did not appear. */
  constructor(private readonly name: string) {}

  add(chunk: Buffer): void {
    this.text += chunk.toString('utf8').replaceAll('\r', '');
    for (const look of [...this.waiting]) look();
  }

  /** Closes the line: waiting then fails at once, with `reason` if there is one. */
  close(reason?: Error): void {
    this.end ??= { ...(reason && { reason }) };
    for (const look of [...this.waiting]) look();
  }

  /**
   * Resolves to the next match after the last one, and the text before it; fails with the end of
   * the text after `seconds`.
   */
  expect(pattern: RegExp, seconds: number): Promise<{ before: string; match: RegExpExecArray }> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const rest = this.text.slice(this.position);
        const match = pattern.exec(rest);
        if (match === null) {
          if (this.end !== undefined)
            giveUp(this.end.reason ?? this.missed(pattern, 'before the machine ended'));
          return;
        }
        finish();
        this.position += match.index + match[0].length;
        resolve({ before: rest.slice(0, match.index), match });
      };
      const giveUp = (reason: Error) => {
        finish();
        reject(reason);
      };
      const timer = setTimeout(() => giveUp(this.missed(pattern, `within ${seconds} s`)), seconds * 1000);
      const finish = () => {
        clearTimeout(timer);
        this.waiting.delete(look);
      };
      this.waiting.add(look);
      look();
    });
  }

  private missed(pattern: RegExp, when: string): Error {
    const end = this.text.slice(-2000);
    return new Error(`${pattern} did not appear ${when}; see ${this.name}, which ends:\n${end}`);
  }
}
