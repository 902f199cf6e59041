const PAIR = /^\s*\[?([0-9a-zA-Z\-%._:]+?)\]?\s*:\s*([0-9]{1,10})\s*$/

/** Reads `address:count,...` (`max.connections.per.ip.overrides`); a text is the entry that is no such pair. */
export const parseConnectionOverrides = (text: string): ReadonlyMap<string, number> | string => {
  const overrides = new Map<string, number>()
  for (const entry of text.split(',')) {
    if (entry.trim() === '') continue
    const match = PAIR.exec(entry)
    if (!match) return entry.trim()
    overrides.set(match[1] as string, Number(match[2]))
  }
  return overrides
}
