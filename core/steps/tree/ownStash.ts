import * as Effect from "effect/Effect"
import { join } from "node:path"
import { Files } from "../../world/machine/files.ts"
import { Repository } from "../../world/git/repository.ts"

/** Stands in the git directory of every tree that an agent was in. */
export const stashFolder = "stash"

/** Files below a tree's git directory that name what its own stash holds. */
export const stashNames = ["logs/refs/stash", "refs/stash"].map((name) => `${stashFolder}/common/${name}`)

/**
 * Gives a tree a stash of its own; git has only one for all trees of a repository, and an agent would pop another's work.
 * Answers with a folder for the front of the agent's PATH: its `git` lets `git stash` see a repository that is the user's
 * but for the stash, and is git itself for all else.
 */
export const ownStash = Effect.fn("ownStash")(function* (tree: { readonly gitDir: string }) {
  const files = yield* Files
  const { commonDir } = yield* Repository
  const folder = join(tree.gitDir, stashFolder)
  const bin = join(folder, "bin")
  yield* files.write(join(bin, "git"), script({ bin, folder, commonDir, gitDir: tree.gitDir }), 0o755)
  return bin
})

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** An agent calls git often, so that what is no stash costs no process more. Where anything is unusual it steps aside. `own` looks like a worktree's git directory, and `common` like the shared one. */
const script = (at: { readonly bin: string; readonly folder: string; readonly commonDir: string; readonly gitDir: string }): string =>
  `#!/bin/sh
bin=${quoted(at.bin)}
stash=${quoted(at.folder)}
common=${quoted(at.commonDir)}
tree=${quoted(at.gitDir)}
PATH=:$PATH:
while case $PATH in *":$bin:"*) ;; *) false ;; esac; do PATH=\${PATH%%":$bin:"*}:\${PATH#*":$bin:"}; done
PATH=\${PATH#:} PATH=\${PATH%:}

verb= skip=
for word; do
  if [ -n "$skip" ]; then skip=; continue; fi
  case $word in
    -C | -c | --config-env) skip=yes ;;
    --git-dir* | --work-tree* | --namespace* | --bare) break ;;
    -*) ;;
    *) verb=$word; break ;;
  esac
done
[ "$verb" = stash ] || exec git "$@"

quote() { printf " '%s'" "$(printf %s "$1" | sed "s/'/'\\\\\\\\''/g")"; }
options=
while [ "$1" != stash ]; do
  case $1 in
    -C) cd "$2" || exit 128; shift ;;
    -c | --config-env) options="$options $1$(quote "$2")"; shift ;;
    *) options="$options$(quote "$1")" ;;
  esac
  shift
done
if [ "$2" = branch ] || ! [ "$(git rev-parse --absolute-git-dir 2>/dev/null)" -ef "$tree" ]; then eval "exec git $options \\"\\$@\\""; fi

prefix=$(git rev-parse --show-prefix)
top=$(git rev-parse --show-toplevel)
if [ -n "$prefix" ]; then
  words= paths=
  for word; do
    if [ -n "$paths" ]; then word=$prefix$word; elif [ "$word" = -- ]; then paths=yes; fi
    words="$words$(quote "$word")"
  done
  eval "set -- $words"
  cd "$top" || exit 128
fi
mkdir -p "$stash/own" "$stash/common/refs" "$stash/common/logs/refs"
for name in objects config info hooks shallow config.worktree refs/heads refs/tags refs/remotes; do ln -sfn "$common/$name" "$stash/common/$name"; done
for name in index logs config.worktree; do ln -sfn "$tree/$name" "$stash/own/$name"; done
echo ../common > "$stash/own/commondir"
cp "$tree/HEAD" "$stash/own/HEAD"
grep -v ' refs/stash$' "$common/packed-refs" > "$stash/common/packed-refs" 2>/dev/null
GIT_DIR=$stash/own GIT_WORK_TREE=$top
export GIT_DIR GIT_WORK_TREE
eval "exec git $options \\"\\$@\\""
`
