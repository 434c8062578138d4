import { timeOf } from '../controller/conditions.js';
import { type MaintenanceWindow, WEEKDAYS } from '../objects/rollout.js';

const DAY = 24 * 60;
const WEEK = 7 * DAY;
const MINUTE_MS = 60_000;

/**
 * Returns whether a window is open; without windows it always is. A window in an unknown time zone
 * never is.
 */
export function isOpen(windows: readonly MaintenanceWindow[] | undefined, now: Date): boolean {
  if (windows === undefined || windows.length === 0) return true;
  return windows.some((window) => {
    const minute = minuteOfWeek(now, window.timezone);
    if (minute === undefined) return false;
    return startsOf(window).some((start) => (minute - start + WEEK) % WEEK < window.durationMinutes);
  });
}

/** Says when the next window opens, and which can never open. */
export function describeClosed(windows: readonly MaintenanceWindow[], now: Date): string {
  const next = nextOpening(windows, now);
  const unknown = windows.find(({ timezone }) => minuteOfWeek(now, timezone) === undefined);
  return [
    next && `the next window opens at ${timeOf(next)}`,
    unknown && `a window never opens: its time zone ${JSON.stringify(unknown.timezone)} is unknown`,
  ]
    .filter((part) => part !== undefined)
    .join('; ');
}

/**
 * Returns when the next window opens, to the minute; an hour off if clocks change before. Undefined
 * if none ever does.
 */
export function nextOpening(windows: readonly MaintenanceWindow[], now: Date): Date | undefined {
  const waits = windows.flatMap((window) => {
    const minute = minuteOfWeek(now, window.timezone);
    if (minute === undefined) return [];
    return startsOf(window).map((start) => (start - minute + WEEK - 1) % WEEK);
  });
  if (waits.length === 0) return undefined;
  const minute = Math.floor(now.getTime() / MINUTE_MS) + Math.min(...waits) + 1;
  return new Date(minute * MINUTE_MS);
}

/** Returns the minutes of the week, from Monday 00:00, at which a window opens. */
function startsOf({ days, start }: MaintenanceWindow): number[] {
  const [hours = 0, minutes = 0] = start.split(':').map(Number);
  const names = days !== undefined && days.length > 0 ? days : WEEKDAYS;
  return names.map((day) => WEEKDAYS.indexOf(day) * DAY + hours * 60 + minutes);
}

/** Returns undefined if the time zone is unknown. */
function minuteOfWeek(date: Date, timezone: string | undefined): number | undefined {
  const format = formatIn(timezone);
  if (format === undefined) return undefined;
  const parts = new Map(format.formatToParts(date).map(({ type, value }) => [type, value]));
  const day = WEEKDAYS.indexOf(parts.get('weekday') as (typeof WEEKDAYS)[number]);
  return day * DAY + Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
}

/** Returns undefined if the time zone is unknown: a window must not end the operator. */
function formatIn(timeZone = 'UTC'): Intl.DateTimeFormat | undefined {
  const fields = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  try {
    return new Intl.DateTimeFormat('en-US', { ...fields, timeZone });
  } catch {
    return undefined;
  }
}
