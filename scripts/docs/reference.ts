import { cliPage } from "./cliPage.ts"
import { eventsPage } from "./eventsPage.ts"
import { jsonPage } from "./jsonPage.ts"
import { settingsPage } from "./settingsPage.ts"

/** Every page that is written from the code, by where it stands. */
export const reference: Readonly<Record<string, () => string>> = {
  "docs/reference/cli.md": cliPage,
  "docs/reference/settings.md": settingsPage,
  "docs/reference/events.md": eventsPage,
  "docs/reference/json.md": jsonPage,
}
