import { readFileSync } from 'node:fs'
import { inflateRawSync } from 'node:zlib'

const END_OF_CENTRAL_DIRECTORY = 0x06054b50

/** The files in a jar (a zip archive without encryption or 64-bit sizes) whose names pass `wanted`, by name. */
export const readJar = (path: string, wanted: (name: string) => boolean): Map<string, Buffer> => {
  const archive = readFileSync(path)
  let end = archive.length - 22
  while (end >= 0 && archive.readUInt32LE(end) !== END_OF_CENTRAL_DIRECTORY) end--
  if (end < 0) throw new Error(`${path} is no zip archive`)
  const files = new Map<string, Buffer>()
  let entry = archive.readUInt32LE(end + 16)
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    const nameLength = archive.readUInt16LE(entry + 28)
    const name = archive.toString('utf8', entry + 46, entry + 46 + nameLength)
    if (wanted(name)) files.set(name, readEntry(archive, entry))
    entry += 46 + nameLength + archive.readUInt16LE(entry + 30) + archive.readUInt16LE(entry + 32)
  }
  return files
}

const readEntry = (archive: Buffer, entry: number): Buffer => {
  const method = archive.readUInt16LE(entry + 10)
  const compressedBytes = archive.readUInt32LE(entry + 20)
  const local = archive.readUInt32LE(entry + 42)
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
  const content = archive.subarray(start, start + compressedBytes)
  return method === 0 ? content : inflateRawSync(content)
}
