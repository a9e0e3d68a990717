/**
 * So many runs in a row go to one shard: what comes together is taken together, which costs less than one by one. Not
 * more, since workers have a limit per shard: a burst must find room in all of them.
 */
const IN_A_ROW = 8

/** Says which shard the next run goes to: each has its turn, beginning anywhere, since other processes go round too. */
export function createShardRotation(shards: number, random: () => number = Math.random): () => number {
  let next = Math.floor(random() * shards) * IN_A_ROW
  return () => {
    const shard = Math.floor(next / IN_A_ROW)
    next = (next + 1) % (shards * IN_A_ROW)
    return shard
  }
}
