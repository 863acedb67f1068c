/** The part of the `mic` package that Earshot uses; the package ships no types. */
declare module "mic" {
  import type { Readable } from "node:stream";

  interface MicOptions {
    readonly device: string;
    readonly rate: string;
    readonly channels: string;
    readonly bitwidth: string;
    readonly encoding: "signed-integer";
    readonly endian: "little";
    /** Keeps the program's stderr, and prints it with console.log. */
    readonly debug: boolean;
  }

  interface Microphone {
    start(): void;
    getAudioStream(): Readable;
  }

  function mic(options: MicOptions): Microphone;
  export = mic;
}
