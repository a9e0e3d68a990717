/**
 * The next call is too far away to wait for: the run goes back to the queue, for some time or until its model has room,
 * and other runs get its place in this worker.
 */
export class Deferred extends Error {
  override readonly name = 'Deferred'
  /** How long the run is deferred; 0 when it only waits until its model has room. */
  readonly ms: number
  /** Id of the model that the run waits for. */
  readonly model: string

  constructor(ms: number, model: string) {
    super(`deferred for ${Math.round(ms)} ms`)
    this.ms = ms
    this.model = model
  }
}
