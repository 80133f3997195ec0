import type { Notice } from "../domain/text/notice.ts"

/** The packages whose code the bundle holds. The build writes them here; sources load packages where npm put them, and hold none. */
export const bundled: readonly Notice[] = []
