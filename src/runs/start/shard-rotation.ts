/**
 * How many runs in a row go to one shard. Runs that arrive together are then written and claimed together, which costs
 * less. A larger number would send a whole burst to one shard, and a worker executes only so many runs of each shard.
 */
const IN_A_ROW = 8

/**
 * Returns the shard of the next run, in rotation. The first is random, so that the API processes do not all use the
 * same.
 */
export function createShardRotation(shards: number, random: () => number = Math.random): () => number {
  let next = Math.floor(random() * shards) * IN_A_ROW
  return () => {
    const shard = Math.floor(next / IN_A_ROW)
    next = (next + 1) % (shards * IN_A_ROW)
    return shard
  }
}
