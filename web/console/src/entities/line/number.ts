/** What may be dialled: digits with an optional plus, spaces and hyphens are for reading. */
export function isDialable(text: string): boolean {
  return /^\+?\d{3,20}$/.test(text.replace(/[\s-]/g, ''))
}
