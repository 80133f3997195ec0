/** Files that osier has open for itself: its journal, the gits that it talks to, the gates of one landing. */
const ownFiles = 48

/** Files that each agent takes at most: its pipes, its log, and the git that looks after its tree. */
const agentFiles = 10

/** How many agents can work at once where only so many files may be open; 0 where not even one can. */
export const agentsWithin = (openFiles: number): number => Math.max(0, Math.floor((openFiles - ownFiles) / agentFiles))

/** A limit under which so many agents can work at once, as a round number to type. */
export const openFilesFor = (agents: number): number => Math.max(256, 2 ** Math.ceil(Math.log2(ownFiles + agents * agentFiles)))
