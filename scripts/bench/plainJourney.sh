#!/bin/sh
# The journey of one task as a careful script would do it with plain git: plainJourney.sh <repository> <folder> <id>
set -e
repo=$1 work=$2 id=$3
cd "$repo"

# claim, tree
git update-ref "refs/plain/locks/$id" main 0000000000000000000000000000000000000000
git worktree add -q -b "plain/$id" "$work/$id" main

# agent, commit
cd "$work/$id"
echo "$id" > "note-$id.txt"
git add -A
git commit -q -m "feat: task $id"

# gate, in a clean checkout of the commit
git worktree add -q --detach "$work/gate-$id" "plain/$id"
(cd "$work/gate-$id" && true)
git worktree remove --force "$work/gate-$id"

# land, one at a time: merge, gate what came out, move main and the checkout that has it
until mkdir "$work/lock" 2> /dev/null; do sleep 0.02; done
trap 'rmdir "$work/lock"' EXIT
cd "$work/target"
git checkout -q --detach main
git merge -q --no-ff -m "land $id" "plain/$id"
true
git -C "$repo" merge -q --ff-only "$(git rev-parse HEAD)"
rmdir "$work/lock"
trap - EXIT

# clean up
cd "$repo"
git worktree remove --force "$work/$id"
git branch -q -D "plain/$id"
git update-ref -d "refs/plain/locks/$id"
