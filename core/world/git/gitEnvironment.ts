import { delimiter } from "node:path"
import { markVariable } from "../machine/reaper.ts"

/** What points git to another repository, index or history than the one of the folder it is started in; `git rev-parse --local-env-vars` names most. */
const pointers = new Set([
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_ATTR_SOURCE",
  "GIT_COMMON_DIR",
  "GIT_CONFIG",
  "GIT_DIR",
  "GIT_GRAFT_FILE",
  "GIT_IMPLICIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_INTERNAL_SUPER_PREFIX",
  "GIT_NAMESPACE",
  "GIT_NO_REPLACE_OBJECTS",
  "GIT_OBJECT_DIRECTORY",
  "GIT_PREFIX",
  "GIT_QUARANTINE_PATH",
  "GIT_REPLACE_REF_BASE",
  "GIT_SHALLOW_FILE",
  "GIT_WORK_TREE",
])

/** The hooks that osier gives to the git of an attempt's agent; they are not the user's. What else stands there holds here, too. */
const ofAnAttempt = /^'core\.hooksPath=(?:[^']|'\\'')*\/osier\/attempts\/(?:[^']|'\\'')*'\s*/

type Outer = Readonly<Record<string, string | undefined>>

const pick = (outer: Outer, wanted: (name: string) => boolean): Record<string, string> =>
  Object.fromEntries(
    Object.entries(outer).flatMap(([name, value]): readonly [string, string][] => {
      if (value === undefined || !wanted(name)) return []
      const own = name === "GIT_CONFIG_PARAMETERS" ? value.replace(ofAnAttempt, "") : value
      return own === "" && value !== "" ? [] : [[name, own]]
    }),
  )

/**
 * For a git that starts programs of the user, such as hooks, filters, credential helpers and signing programs: the caller's
 * environment as it is, without what would point git elsewhere. Those programs then run as they do under the user's own git.
 */
export const userEnvironment = (outer: Outer): Record<string, string> => pick(outer, (name) => !pointers.has(name))

/** For a hook of the user's that osier starts itself; `programs` is where git's own are. As git sets one up. */
export const hookEnvironment = (outer: Outer, programs: string): Record<string, string> => {
  const env = userEnvironment(outer)
  const path = [programs, ...(env["PATH"] === undefined ? [] : [env["PATH"]])].join(delimiter)
  return { ...env, GIT_EXEC_PATH: programs, GIT_PREFIX: "", PATH: path }
}

/** What git needs to run at all, to find its configuration, and to know who commits. */
const needed = new Set([
  "ALLUSERSPROFILE",
  "APPDATA",
  "ComSpec",
  "DYLD_LIBRARY_PATH",
  "EMAIL",
  "GIT_AUTHOR_EMAIL",
  "GIT_AUTHOR_NAME",
  "GIT_COMMITTER_EMAIL",
  "GIT_COMMITTER_NAME",
  "GIT_CONFIG_GLOBAL",
  "GIT_CONFIG_NOSYSTEM",
  "GIT_CONFIG_SYSTEM",
  "GIT_EXEC_PATH",
  "HOME",
  "HOMEDRIVE",
  "HOMEPATH",
  "LD_LIBRARY_PATH",
  "LOCALAPPDATA",
  "LOGNAME",
  "PATH",
  "PATHEXT",
  "PROGRAMDATA",
  "Path",
  "ProgramData",
  "SystemRoot",
  "TEMP",
  "TMP",
  "TMPDIR",
  "TZ",
  "USER",
  "USERNAME",
  "USERPROFILE",
  "XDG_CONFIG_HOME",
  markVariable,
])

/** Configuration by environment: `GIT_CONFIG_COUNT`, its keys and values, and what `git -c` hands on. */
const configuration = /^GIT_CONFIG_(?:COUNT|PARAMETERS|KEY_\d+|VALUE_\d+)$/

/** For a git whose words osier reads: a short list, in plain English, and nothing of the caller's that it has no use for. */
export const machineEnvironment = (outer: Outer): Record<string, string> => ({
  ...pick(outer, (name) => needed.has(name) || configuration.test(name)),
  LC_ALL: "C",
  GIT_TERMINAL_PROMPT: "0",
  GIT_OPTIONAL_LOCKS: "0",
  // A push sends the object itself: never is another looked at that somebody put in front of it.
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_EDITOR: ":",
})
