/** A path that differs between two states of git. Mode and id, `100644 1a2b…`, are undefined where it is absent. */
export interface PathChange {
  readonly path: string
  readonly before: string | undefined
  readonly after: string | undefined
}
