/** Java's `String.trim`: takes every character up to the space off both ends, and no other (JavaScript's takes more). */
export const javaTrim = (text: string): string => {
  let start = 0
  let end = text.length
  while (start < end && text.charCodeAt(start) <= 32) start++
  while (end > start && text.charCodeAt(end - 1) <= 32) end--
  return text.slice(start, end)
}

const INTEGER = /^[+-]?[0-9]+$/
const LONGEST_INTEGER = 20
const BITS = { SHORT: 16n, INT: 32n, LONG: 64n } as const

/** A whole number as Java's `parseInt` and its kin read it; `undefined` where they throw. */
export const parseJavaInteger = (text: string, type: keyof typeof BITS): bigint | undefined => {
  if (!INTEGER.test(text)) return undefined
  const digits = text.replace(/^([+-]?)0+(?=[0-9])/, '$1')
  if (digits.length > LONGEST_INTEGER) return undefined
  const value = BigInt(digits.replace('+', ''))
  return BigInt.asIntN(Number(BITS[type]), value) === value ? value : undefined
}

const DECIMAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[fFdD]?$/
const WORD = /^([+-]?)(NaN|Infinity)$/

/** A number as Java's `parseDouble` reads it, hexadecimal ones left out; `undefined` where it throws. */
export const parseJavaDouble = (text: string): number | undefined => {
  const word = WORD.exec(text)
  if (word) return word[2] === 'NaN' ? Number.NaN : Number(text)
  return DECIMAL.test(text) ? Number(text.replace(/[fFdD]$/, '')) : undefined
}

/** A double in Java's spelling: `0.5`, `1.0`, `1.0E7`. */
export const javaDoubleText = (value: number): string => {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (value === 0 || (size >= 1e-3 && size < 1e7)) {
    const text = Object.is(value, -0) ? '-0' : String(value)
    return text.includes('.') ? text : `${text}.0`
  }
  const [digits = '', exponent = ''] = value.toExponential().split('e')
  return `${digits.includes('.') ? digits : `${digits}.0`}E${exponent.replace('+', '')}`
}
