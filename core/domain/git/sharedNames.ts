/** Which refs of this repository stand for refs of the remote, and how these are called there. */
export interface SharedNames {
  /** The name on the remote, in this repository's words; undefined for what stays here. */
  readonly there: (ref: string) => string | undefined
  /** The name here of what the remote calls so. */
  readonly here: (there: string) => string
  /** The ref that follows a branch of the remote. */
  readonly branch: (name: string) => string
}

/** Osier's own data that people on other machines need; keeps, drafts and evidence stay here. */
const own = /^refs\/osier\/(?:tasks|locks|train)\/|^refs\/osier\/ids$/

/** Tasks, locks and ids are shared under their names; a branch of the remote is followed under `refs/remotes`, as git does. */
export const sharedNames = (remote: string): SharedNames => {
  const followed = `refs/remotes/${remote}/`
  return {
    there: (ref) => (own.test(ref) ? ref : ref.startsWith(followed) ? `refs/heads/${ref.slice(followed.length)}` : undefined),
    here: (there) => (there.startsWith("refs/heads/") ? followed + there.slice("refs/heads/".length) : there),
    branch: (name) => followed + name,
  }
}
