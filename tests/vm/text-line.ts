/** What comes in over a serial line, and who waits for what in it. */
export class TextLine {
  text = '';
  /** Where the part begins that has not been waited for. */
  private position = 0;
  private readonly waiting = new Set<() => void>();
  /** Set when nothing comes any more: the reason, if it is another than that the machine ended. */
  private end?: { reason?: Error };

  /** `name` is where a person finds the rest when something did not appear. */
  constructor(private readonly name: string) {}

  add(chunk: Buffer): void {
    this.text += chunk.toString('utf8').replaceAll('\r', '');
    for (const look of [...this.waiting]) look();
  }

  /** The line is closed: what has not appeared never will, and waiting for it fails at once, with `reason` if there is one. */
  close(reason?: Error): void {
    this.end ??= { ...(reason && { reason }) };
    for (const look of [...this.waiting]) look();
  }

  /** Resolves to what comes before a text that has not been waited for yet, and that text; fails with the end of all after `seconds`. */
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
