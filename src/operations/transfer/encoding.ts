import { readerOf, type TextReader } from '#kernel';
import { UnreadableFileError } from './errors.js';

/** Marks at the start of a file, with the encodings that they stand for. */
const BYTE_ORDER_MARKS: [mark: readonly number[], encoding: string][] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];
const MAX_MARK_BYTES = 3;

/**
 * Returns a file in UTF-8, without its byte order mark. A mark decides before `encoding`. A file in UTF-8 is returned as
 * it is, so that its reader can name the line that is not valid.
 *
 * @throws UnreadableFileError (422) if the bytes are not in the encoding
 */
export async function* toUtf8(chunks: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  let reader: TextReader | undefined;
  const decode = (bytes: Buffer, isLast = false): Buffer => {
    if (!reader) return bytes;
    try {
      return Buffer.from(reader.decode(bytes, isLast));
    } catch {
      throw new UnreadableFileError(`The file is not in the encoding ${reader.encoding}.`);
    }
  };
  const start = (bytes: Buffer): Buffer => {
    const [mark, name] = BYTE_ORDER_MARKS.find(([each]) => each.every((byte, i) => bytes[i] === byte)) ?? [
      [],
      encoding,
    ];
    const found = readerOf(name);
    if (found.encoding !== 'utf-8') reader = found;
    return bytes.subarray(mark.length);
  };
  for await (const chunk of chunks) {
    let bytes = chunk;
    if (head) {
      head = Buffer.concat([head, chunk]);
      if (head.length < MAX_MARK_BYTES) continue;
      bytes = start(head);
      head = undefined;
    }
    const decoded = decode(bytes);
    if (decoded.length > 0) yield decoded;
  }
  const last = decode(head ? start(head) : Buffer.alloc(0), true);
  if (last.length > 0) yield last;
}
