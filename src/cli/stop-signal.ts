/** Why a command is to stop, when it is no fault: the signal that the process got. */
export interface StopSignal {
  readonly signal: NodeJS.Signals;
}

/** Tells a signal from a fault in the reason of an `AbortSignal`. */
export function isStopSignal(reason: unknown): reason is StopSignal {
  return (
    typeof reason === "object" &&
    reason !== null &&
    !(reason instanceof Error) &&
    typeof Reflect.get(reason, "signal") === "string"
  );
}
