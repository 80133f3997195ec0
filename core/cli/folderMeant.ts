import * as Data from "effect/Data"
import * as Result from "effect/Result"
import { resolve } from "node:path"

/** The folder that the command was typed in was taken away, as the tree of a task is when that landed or was given back. */
export class FolderGone extends Data.TaggedError("FolderGone") {
  override get message() {
    return "the folder you are in is gone"
  }
  get hint() {
    return "A task's tree goes when it has landed or was given back. Go to the repository, or name it with `-C <folder>`."
  }
  readonly exit = 3
}

/** The folder that a command is about: the one given with `-C`, or the one it was typed in. */
export const folderMeant = (given = "."): Result.Result<string, FolderGone> => {
  try {
    return Result.succeed(resolve(given))
  } catch {
    return Result.fail(new FolderGone())
  }
}
