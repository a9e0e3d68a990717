/** Of the slots of a Redis Cluster, which its primaries hold in runs of about the same length. */
const SLOTS = 16_384
const PARTS = 12

/** In this order, each few shards lie far apart; after all of them it begins anew. */
const SPREAD = [0, 4, 8, 2, 6, 10, 1, 5, 9, 3, 7, 11]

const tags: string[] = []

/**
 * The hash tag that all keys of a shard share. It never changes, however many shards there are. Among equal primaries,
 * of which there are 2, 3, 4, 6 or 12, every dozen of shards is spread evenly, and the first few as well as can be;
 * names that are merely numbered would leave it to chance.
 */
export function shardTag(shard: number): string {
  tags[shard] ??= `{${findName(shard)}}`
  return tags[shard]
}

/** `s0`, `s1.4`...: the first of a shard's names that lies in its part of the slots. */
function findName(shard: number): string {
  const part = (partOf('s0') + (SPREAD[shard % PARTS] ?? 0)) % PARTS
  let name = `s${shard}`
  for (let other = 1; partOf(name) !== part; other += 1) name = `s${shard}.${other}`
  return name
}

const partOf = (tag: string): number => Math.floor((slotOf(tag) * PARTS) / SLOTS)

/** The slot of a hash tag: its CRC16 (XMODEM), as Redis Cluster defines it. */
export function slotOf(tag: string): number {
  let crc = 0
  for (const byte of Buffer.from(tag)) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : crc << 1
  }
  return crc % SLOTS
}
