/** The number of letters to put in, take out, change or swap with their neighbour to get from one word to another. */
const distance = (words: { from: string; to: string }): number => {
  const { from, to } = words
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1] ? 0 : 1
      let best = Math.min(
        (last[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (last[column - 1] as number) + same,
      )
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (swapped && row > 1 && column > 1) best = Math.min(best, (beforeLast[column - 2] as number) + 1)
      current.push(best)
    }
    beforeLast = last
    last = current
  }
  return last[to.length] as number
}

const LONGEST_WORD = 200

/** The word that is most probably meant; `undefined` when none is near. */
export const nearestWord = (word: string, candidates: readonly string[]): string | undefined => {
  if (word.length > LONGEST_WORD) return undefined
  let nearest: string | undefined
  let least = Math.min(4, Math.max(1, Math.floor(word.length / 3)))
  const lower = word.toLowerCase()
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > least) continue
    const steps = distance({ from: lower, to: candidate })
    if (steps <= least) {
      if (steps === least && nearest !== undefined) continue
      nearest = candidate
      least = steps
    }
  }
  return nearest
}
