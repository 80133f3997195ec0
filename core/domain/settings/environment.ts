import type { AdapterFacts } from "../../plugin.ts"

/** Variables that every agent, gate and set-up command sees; nothing else of the outer environment reaches them unnamed. */
const standing = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LC_ALL",
  "LC_CTYPE",
  "TERM",
  "TZ",
  "TMPDIR",
  "TEMP",
  "TMP",
  "XDG_CONFIG_HOME",
  "XDG_CACHE_HOME",
  "XDG_DATA_HOME",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "SystemRoot",
  "ComSpec",
  "PATHEXT",
  "USERPROFILE",
  "APPDATA",
  "LOCALAPPDATA",
]

/** Who commits, in the variables that git reads. */
export interface Identity {
  readonly name: string
  readonly email: string
}

/** Makes git commit under this name. */
export const identityVariables = ({ name, email }: Identity): Readonly<Record<string, string>> => ({
  GIT_AUTHOR_NAME: name,
  GIT_AUTHOR_EMAIL: email,
  GIT_COMMITTER_NAME: name,
  GIT_COMMITTER_EMAIL: email,
})

/**
 * The environment of a child: the standing few, those named by the profile, and osier's own. Secrets of the outer
 * environment are absent unless somebody named them.
 */
export const childEnvironment = (
  outer: Readonly<Record<string, string | undefined>>,
  named: readonly string[],
  identity: Identity,
  extra: Readonly<Record<string, string>>,
): Record<string, string> => {
  const kept = [...standing, ...named].flatMap((name): [string, string][] => {
    const value = outer[name]
    return value === undefined ? [] : [[name, value]]
  })
  return { ...Object.fromEntries(kept), ...identityVariables(identity), ...extra }
}

/** What leads to the programs that hold the user's keys and sign with them. */
const signing: readonly string[] = ["SSH_AUTH_SOCK", "SSH_AGENT_PID", "GNUPGHOME", "GPG_AGENT_INFO", "GPG_TTY"]

/** Makes git sign nothing, in the form of `GIT_CONFIG_PARAMETERS`. */
export const unsigned = "'commit.gpgsign=false' 'tag.gpgsign=false'"

/** The names of the variables that an agent may see: those of its adapter's program, those its profile names, and the way to the user's keys where it signs. */
export const agentVariables = (
  outer: Readonly<Record<string, string | undefined>>,
  adapter: AdapterFacts | undefined,
  named: readonly string[],
  signs = false,
): readonly string[] => {
  const patterns = [
    ...(adapter?.env ?? []),
    ...(adapter?.home === undefined ? [] : [adapter.home.variable]),
    ...named,
    ...(signs ? signing : []),
  ]
  const matches = (name: string) =>
    patterns.some((pattern) => (pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern))
  return Object.keys(outer).filter(matches)
}
