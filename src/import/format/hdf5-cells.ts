import type { Cell } from "../table.js";
import { decodeLine } from "./encoding.js";

/** Where and how a value lies within a record; as the library describes it. */
export interface RecordMember {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  /** HDF5's class of the type: 0 integer, 1 floating point, 3 text. */
  readonly type: number;
  readonly littleEndian: boolean;
  readonly signed: boolean;
  /** Text of variable length lies elsewhere. */
  readonly vlen: boolean;
}

/** Reads the value that a record has at `start`. */
export type CellReader = (bytes: Buffer, start: number) => Cell;

const integer = 0;
const floatingPoint = 1;
const fixedText = 3;

/** undefined for what is no single number or text of fixed length. */
export function cellReader(member: RecordMember): CellReader | undefined {
  const { offset, type, vlen } = member;
  if (vlen) return undefined;
  if (type === fixedText) return (bytes, start) => textAt(bytes, start + offset, member.size);
  const number =
    type === integer
      ? integerReader(member)
      : type === floatingPoint
        ? floatReader(member)
        : undefined;
  return number && ((bytes, start) => number(bytes, start + offset));
}

/** Text ends at the first zero, or is filled up with zeros or blanks. */
function textAt(bytes: Buffer, start: number, size: number): string {
  const zero = bytes.indexOf(0, start);
  const end = zero === -1 || zero > start + size ? start + size : zero;
  return decodeLine(bytes, start, end).trimEnd();
}

function integerReader({ size, signed, littleEndian }: RecordMember): CellReader | undefined {
  if (size > 6) return bigReader(signed, littleEndian);
  if (littleEndian) {
    return signed
      ? (bytes, at) => bytes.readIntLE(at, size)
      : (bytes, at) => bytes.readUIntLE(at, size);
  }
  return signed
    ? (bytes, at) => bytes.readIntBE(at, size)
    : (bytes, at) => bytes.readUIntBE(at, size);
}

function bigReader(signed: boolean, littleEndian: boolean): CellReader {
  if (littleEndian) {
    return signed
      ? (bytes, at) => Number(bytes.readBigInt64LE(at))
      : (bytes, at) => Number(bytes.readBigUInt64LE(at));
  }
  return signed
    ? (bytes, at) => Number(bytes.readBigInt64BE(at))
    : (bytes, at) => Number(bytes.readBigUInt64BE(at));
}

function floatReader({ size, littleEndian }: RecordMember): CellReader | undefined {
  if (size === 8) {
    return littleEndian
      ? (bytes, at) => bytes.readDoubleLE(at)
      : (bytes, at) => bytes.readDoubleBE(at);
  }
  if (size !== 4) return undefined;
  return littleEndian ? (bytes, at) => bytes.readFloatLE(at) : (bytes, at) => bytes.readFloatBE(at);
}
