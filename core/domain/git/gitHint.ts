import { quoteWord } from "../text/quoteWord.ts"

type Hint = string | ((found: RegExpExecArray) => string)

/** git's own words (in plain English, as osier asks it to speak), each with what helps. The first that fits counts. */
const hints: readonly (readonly [RegExp, Hint])[] = [
  [
    /detected dubious ownership in repository at '(.+)'/,
    ([, path = ""]) =>
      `The folder belongs to another user. If you trust what is in it: \`git config --global --add safe.directory ${quoteWord(path)}\`.`,
  ],
  [
    /unknown repository extension|Expected git repo version|(?:value|invalid|unknown)[^\n]* ['"]?extensions\./i,
    "A newer git made this repository so, or set that in it. Use such a git here, too: `git --version` tells which one osier finds.",
  ],
  [
    /unable to parse command-line config|GIT_CONFIG_(?:COUNT|KEY|VALUE|PARAMETERS)/,
    "That comes from the environment, not from a file: `env | grep GIT_CONFIG` shows it.",
  ],
  [
    /bad config line \d+ in file (.+)/,
    ([, file = ""]) => `Correct that line of ${file}; \`git config --list --show-origin\` then reads it again.`,
  ],
  [
    /bad (?:boolean|numeric) config value .* for '([^']+)'/,
    ([, key = ""]) => `Correct that value; \`git config --show-origin --get ${quoteWord(key)}\` tells where it stands.`,
  ],
  [
    /not a git repository: (.+[/\\]worktrees[/\\].+)/,
    "The repository that this worktree belongs to was moved or removed. If it was moved, type there, with the path of this worktree: `git worktree repair <path>`.",
  ],
  [
    /not a git repository: (.+)/,
    ([, path = ""]) => `A .git file here leads to ${path}. If that was moved, correct the line \`gitdir: …\` of the file.`,
  ],
  [/invalid gitfile format: (.+)/, ([, file = ""]) => `${file} is a file, and must say one thing: \`gitdir: <folder of the repository>\`.`],
  [
    /cannot use bare repository|safe\.bareRepository/,
    "Your git forbids to find a bare repository by its folder. Start osier in a checkout or worktree of it, or allow it for once: `GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.bareRepository GIT_CONFIG_VALUE_0=all osier …`.",
  ],
  [
    /must be run in a work tree/,
    "git takes that folder for bare: `git config --show-origin --get core.bare` tells which file says so; `osier doctor` tells how to undo it.",
  ],
  [
    /(?:Unable to create|cannot lock ref)[^\n]*'([^'\n]+\.lock)'[^\n]*File exists/i,
    ([, file = ""]) =>
      `A git that is at work holds that file, or one that died left it: \`osier doctor\` tells which, and if nothing is at work here: \`rm ${quoteWord(file)}\`.`,
  ],
  [/No space left on device|Disk quota exceeded/i, "The disk is full: make room, then run the same command again."],
  [/Read-only file system/i, "The disk may only be read: osier has to write into the repository."],
  [
    /failed to sign the data|(?:gpg|signing)[^\n]* failed|user\.signingkey|Couldn't (?:load|find|get)[^\n]*key/i,
    "Your git signs commits, and could not: try `git commit-tree -S HEAD^{tree} -m try` in the same terminal.",
  ],
  [
    /(?:object file|loose object|packfile|pack)[^\n]*(?:corrupt|empty|mismatch)|inflate: |index file corrupt|bad signature 0x|unable to read (?:tree|[0-9a-f]{40})|(?:bad|missing) (?:object|blob|tree|commit)|invalid object/i,
    "Something in the repository is missing or damaged: `git fsck --full` names it, and a clone that has it gives it back by `git fetch`.",
  ],
  [
    /unable to (?:access|open|read|create|write)[^\n]*Permission denied|insufficient permission|Permission denied/i,
    "This user may not read or write that file: `ls -l` on it tells whose it is.",
  ],
  [
    /Stopping at filesystem boundary/,
    "git looks for the repository on this file system only: name its folder with `-C <folder>`, or set GIT_DISCOVERY_ACROSS_FILESYSTEM=1.",
  ],
]

/** What to type for what git says; undefined where osier does not know these words. */
export const gitHint = (stderr: string): string | undefined => {
  for (const [words, hint] of hints) {
    const found = words.exec(stderr)
    if (found !== null) return typeof hint === "string" ? hint : hint(found)
  }
  return undefined
}
