import { type MaintenanceWindow, WEEKDAYS } from '../objects/rollout.js';

const DAY = 24 * 60;
const WEEK = 7 * DAY;
const MINUTE_MS = 60_000;

/** Returns whether a window is open; without windows it always is. */
export function isOpen(windows: readonly MaintenanceWindow[] | undefined, now: Date): boolean {
  if (windows === undefined || windows.length === 0) return true;
  return windows.some((window) => {
    const minute = minuteOfWeek(now, window.timezone);
    return startsOf(window).some((start) => (minute - start + WEEK) % WEEK < window.durationMinutes);
  });
}

/** Returns when the next window opens, to the minute; an hour off if clocks change before. */
export function nextOpening(windows: readonly MaintenanceWindow[], now: Date): Date {
  const waits = windows.flatMap((window) => {
    const minute = minuteOfWeek(now, window.timezone);
    return startsOf(window).map((start) => (start - minute + WEEK - 1) % WEEK);
  });
  const minute = Math.floor(now.getTime() / MINUTE_MS) + Math.min(...waits) + 1;
  return new Date(minute * MINUTE_MS);
}

/** Returns the minutes of the week, from Monday 00:00, at which a window opens. */
function startsOf({ days, start }: MaintenanceWindow): number[] {
  const [hours = 0, minutes = 0] = start.split(':').map(Number);
  const names = days !== undefined && days.length > 0 ? days : WEEKDAYS;
  return names.map((day) => WEEKDAYS.indexOf(day) * DAY + hours * 60 + minutes);
}

function minuteOfWeek(date: Date, timezone: string | undefined): number {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    timeZone: knownTimezone(timezone),
  });
  const parts = new Map(format.formatToParts(date).map(({ type, value }) => [type, value]));
  const day = WEEKDAYS.indexOf(parts.get('weekday') as (typeof WEEKDAYS)[number]);
  return day * DAY + Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
}

/** Returns the time zone, or UTC if it is unknown: a window must not end the operator. */
function knownTimezone(timezone = 'UTC'): string {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: timezone });
    return timezone;
  } catch {
    return 'UTC';
  }
}
