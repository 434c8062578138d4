/** One condition that has to hold before something is written. */
export interface Check {
  /** Stable, such as `space`. */
  id: string;
  ok: boolean;
  /** What the check found. */
  message: string;
  /** What to do if it is not ok. */
  hint?: string;
}
