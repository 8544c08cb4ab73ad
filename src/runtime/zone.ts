/** The zone this process was started in: that of `TZ`, or of the machine. */
export const machineZone: string = Intl.DateTimeFormat().resolvedOptions().timeZone;

/**
 * Makes UTC the local time of this process, for the rest of its life. node-cron reads its clock by way of the local time:
 * in the hour that comes twice when summer time ends it takes the second one for the first, fires nothing and spins.
 */
export function leaveLocalTime(): void {
  process.env['TZ'] = 'UTC';
}
