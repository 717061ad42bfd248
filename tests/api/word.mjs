// Word files as the national database of laws gives them out, made for tests; and what is wrong with some.
import zlib from 'node:zlib'

const table = Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c >>> 0
})
const crc32 = (bytes) => (bytes.reduce((c, b) => table[(c ^ b) & 255] ^ (c >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0

// parts: {name: Buffer or text} → a zip archive
export function zip(parts) {
  const files = []
  const directory = []
  let at = 0
  for (const [name, content] of Object.entries(parts)) {
    const bytes = Buffer.from(content)
    const packed = zlib.deflateRawSync(bytes)
    const head = Buffer.alloc(26)
    head.writeUInt16LE(20, 0)
    head.writeUInt16LE(8, 4)
    head.writeUInt32LE(crc32(bytes), 10)
    head.writeUInt32LE(packed.length, 14)
    head.writeUInt32LE(bytes.length, 18)
    head.writeUInt16LE(Buffer.byteLength(name), 22)
    const place = Buffer.alloc(14)
    place.writeUInt32LE(at, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), head, place, Buffer.from(name))
    files.push(Buffer.from('PK\x03\x04', 'latin1'), head, Buffer.from(name), packed)
    at += 30 + Buffer.byteLength(name) + packed.length
  }
  const list = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1')
  end.writeUInt16LE(Object.keys(parts).length, 8)
  end.writeUInt16LE(Object.keys(parts).length, 10)
  end.writeUInt32LE(list.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...files, list, end])
}

export const wordXml = (lines, head = '') =>
  `<?xml version="1.0" encoding="UTF-8"?>${head}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${lines
    .map((l) => `<w:p><w:r><w:t>${l.slice(0, 3)}</w:t></w:r><w:r><w:t xml:space="preserve">${l.slice(3)}</w:t></w:r></w:p>`)
    .join('')}</w:body></w:document>`

export const word = (lines, head) => zip({ '[Content_Types].xml': '<Types/>', 'word/document.xml': wordXml(lines, head) })

// The files of an archive, as text. → {name: text}
export function unzip(bytes) {
  const files = {}
  for (let at = bytes.readUInt32LE(bytes.length - 6); bytes.readUInt32LE(at) === 0x02014b50; ) {
    const [packed, n, extra, comment, start] = [bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32), bytes.readUInt32LE(at + 42)]
    const data = start + 30 + bytes.readUInt16LE(start + 26) + bytes.readUInt16LE(start + 28)
    const raw = bytes.subarray(data, data + packed)
    files[bytes.toString('utf8', at + 46, at + 46 + n)] = (bytes.readUInt16LE(at + 10) ? zlib.inflateRawSync(raw) : raw).toString('utf8')
    at += 46 + n + extra + comment
  }
  return files
}
