/** A replacement in a text, in UTF-16 units. */
export interface Edit {
  readonly start: number;
  readonly length: number;
  readonly text: string;
}

/** Something about a place in a text. */
export interface Remark {
  readonly offset: number;
  readonly message: string;
  readonly hint?: string;
}

/**
 * The edits to one text, with what they change and what a person has to decide; all by the offsets
 * of that text.
 */
export class Draft {
  readonly questions: Remark[] = [];
  private readonly told: { remark: Remark; edits: readonly Edit[] }[] = [];
  private readonly edits: Edit[] = [];

  constructor(readonly text: string) {}

  /** Makes edits that are one change. */
  change(offset: number, message: string, ...edits: readonly Edit[]): void {
    this.told.push({ remark: { offset, message }, edits });
    this.edits.push(...edits);
  }

  /** Makes edits that belong to changes told already. */
  edit(...edits: readonly Edit[]): void {
    this.edits.push(...edits);
  }

  ask(offset: number, message: string, hint: string): void {
    this.questions.push({ offset, message, hint });
  }

  /** The edited text, what changed in it, and where an offset of this text is in it. */
  finish(): { text: string; changes: Remark[]; moved: (offset: number) => number } {
    const edits = withoutOverlaps(this.edits);
    let text = '';
    let end = 0;
    for (const edit of edits) {
      text += this.text.slice(end, edit.start) + edit.text;
      end = edit.start + edit.length;
    }
    const made = new Set(edits);
    // What the edits of another change do is not told a second time.
    const changes = this.told
      .filter((each) => each.edits.length === 0 || each.edits.some((edit) => made.has(edit)))
      .map(({ remark }) => remark);
    return { text: text + this.text.slice(end), changes, moved: (offset) => move(offset, edits) };
  }
}

/**
 * In order; of two that overlap the one that begins first, or is longer, stays: what is removed
 * needs no other edit.
 */
function withoutOverlaps(edits: readonly Edit[]): Edit[] {
  const kept: Edit[] = [];
  let end = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start || b.length - a.length)) {
    const last = kept.at(-1);
    const isSame =
      last && last.start === edit.start && last.length === edit.length && last.text === edit.text;
    if (edit.start < end || isSame) continue;
    kept.push(edit);
    end = edit.start + edit.length;
  }
  return kept;
}

function move(offset: number, edits: readonly Edit[]): number {
  let delta = 0;
  for (const { start, length, text } of edits) {
    if (start > offset) break;
    if (offset < start + length) return start + delta;
    delta += text.length - length;
  }
  return offset + delta;
}
