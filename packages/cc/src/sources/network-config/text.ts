/** A text with its place in the document. */
export interface Text {
  text: string;
  start: number;
  length: number;
}
