/** What comes in over a serial line, and who waits for what in it. */
export class TextLine {
  text = '';
  /** Where the part begins that has not been waited for. */
  private position = 0;
  private readonly waiting = new Set<() => void>();

  /** `name` is where a person finds the rest when something did not appear. */
  constructor(private readonly name: string) {}

  add(chunk: Buffer): void {
    this.text += chunk.toString('utf8').replaceAll('\r', '');
    for (const look of [...this.waiting]) look();
  }

  /** Resolves to what comes before a text that has not been waited for yet, and that text; fails with the end of all after `seconds`. */
  expect(pattern: RegExp, seconds: number): Promise<{ before: string; match: RegExpExecArray }> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const rest = this.text.slice(this.position);
        const match = pattern.exec(rest);
        if (match === null) return;
        finish();
        this.position += match.index + match[0].length;
        resolve({ before: rest.slice(0, match.index), match });
      };
      const giveUp = () => {
        finish();
        const end = this.text.slice(-2000);
        reject(
          new Error(`${pattern} did not appear within ${seconds} s; see ${this.name}, which ends:\n${end}`),
        );
      };
      const timer = setTimeout(giveUp, seconds * 1000);
      const finish = () => {
        clearTimeout(timer);
        this.waiting.delete(look);
      };
      this.waiting.add(look);
      look();
    });
  }
}
