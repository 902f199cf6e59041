/**
 * Gives the memory of a buffer back at once instead of at some garbage collection. Only for a buffer that nothing else
 * points into any more: it is empty afterwards. One that shares its memory (Node's pool) is left alone.
 */
export function discardBuffer({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength && byteLength > 0) buffer.transfer(0)
}
