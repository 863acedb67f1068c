/** Plugins that write to files, run commands or need arguments that could name either. */
const forbidden = new Set(["file", "tee", "shm", "ladspa"]);

/** A PCM without arguments: `default`, `pulse`, or one that the user's own asound.conf defines. */
const bare = /^[A-Za-z][A-Za-z0-9_.-]{0,31}$/u;

/** A PCM of a sound card: by the card's name (which survives a replug) or by its number. */
const ofCard =
  /^(?:hw|plughw|sysdefault|default|front|dsnoop|usbstream):(?:CARD=)?[A-Za-z0-9_-]{1,32}(?:,(?:DEV=)?\d{1,3}){0,1}(?:,(?:SUBDEV=)?\d{1,3}){0,1}$/u;

/**
 * Whether a text may be handed to ALSA as the capture device.
 *
 * ALSA's device strings are a language: `file:'|command'` runs a command. So only plain names pass
 * (`default`, `pulse`, `hw:1,0`, `plughw:CARD=Device,DEV=0`), and none that the language knows as a
 * plugin that writes. A device comes from the configuration only, never over MQTT.
 */
export function isDeviceName(text: string): boolean {
  return (bare.test(text) && !forbidden.has(text.toLowerCase())) || ofCard.test(text);
}

/** How to write a capture device, for the message about one that `isDeviceName` refuses. */
export const deviceNameHint =
  'a name such as "default", "pulse", "hw:1,0" or "plughw:CARD=Device,DEV=0" (earshot doctor lists yours)';
