/** The package declares its default export only, not this entry. */
declare module 'crc-32/crc32c.js' {
  const crc32c: { buf(bytes: Uint8Array, seed?: number): number }
  // biome-ignore lint/style/noDefaultExport: it is what the package exports
  export default crc32c
}
