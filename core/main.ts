import manifest from "../package.json" with { type: "json" }

const argv = process.argv.slice(2)

// Answered before anything else is loaded: it is asked by scripts, and often.
if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) process.stdout.write(`osier ${manifest.version}\n`)
else {
  const { nodeTooOld } = await import("./domain/text/nodeTooOld.ts")
  const old = nodeTooOld(process.versions.node, manifest.engines.node)
  if (old !== undefined) {
    process.stderr.write(`osier: ${old.message}\n  ${old.hint}\n`)
    process.exit(old.exit)
  }
  const [{ program }, { drained, terminal }, { wantsJson }] = await Promise.all([
    import("./cli/program.ts"),
    import("./cli/screen.ts"),
    import("./cli/commandLine.ts"),
  ])
  const worker = new URL("./worker.ts", import.meta.url)
  const adapters = async () => (await import("../plugins/index.ts")).adapters
  process.exitCode = await program(argv, terminal(process.env, wantsJson(argv)), { version: manifest.version, worker, adapters })
  await drained()
  // Nothing may hold the process any longer, whatever an adapter or a socket left open.
  process.exit()
}
