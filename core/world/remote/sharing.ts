import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Settings } from "../../domain/settings/settings.ts"
import { Refs } from "../git/refs.ts"
import { Remote } from "./remote.ts"
import { remoteWrap } from "./remoteWrap.ts"
import { sharedRefs } from "./sharedRefs.ts"

/** A remote by its name; among branches, where only commits may stand, what is none is wrapped. */
export const remoteAt = (name: string, namespace: string) => {
  const remote = Remote.layer(name, namespace)
  return namespace.startsWith("refs/heads/") ? remoteWrap.pipe(Layer.provide(remote)) : remote
}

/** The refs as everybody who works with these settings sees them: with a remote, what people share moves there first. */
export const sharing = ({ remote, namespace }: Settings) =>
  remote === "none" ? Layer.effect(Refs, Effect.service(Refs)) : sharedRefs(remote).pipe(Layer.provide(remoteAt(remote, namespace)))
