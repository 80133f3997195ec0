/** Where osier's own refs live in this repository. */
export const ownRefs = "refs/osier/"

/** How a ref is called here and how on the remote: only osier's own live elsewhere there, below the namespace. */
export interface RemoteNames {
  readonly theirs: (ours: string) => string
  /** `undefined`: a ref that has no name here, for it stands where osier's own stand in this repository. */
  readonly ours: (theirs: string) => string | undefined
  /** A branch of people's on the remote: never osier's own data. */
  readonly isBranch: (ours: string) => boolean
}

/** The mapping for a namespace such as `refs/osier/`, or `refs/heads/osier/` for a host that takes only branches. */
export const remoteNames = (namespace: string): RemoteNames => {
  const below = namespace.endsWith("/") ? namespace : `${namespace}/`
  return {
    theirs: (ours) => (ours.startsWith(ownRefs) ? below + ours.slice(ownRefs.length) : ours),
    ours: (theirs) => {
      if (theirs.startsWith(below)) return ownRefs + theirs.slice(below.length)
      return theirs.startsWith(ownRefs) ? undefined : theirs
    },
    isBranch: (ours) => ours.startsWith("refs/heads/") && !ours.startsWith(below),
  }
}
