/** What git takes off both ends of a name. */
const crud = /^[\s.,:;<>"\\']+|[\s.,:;<>"\\']+$/g

/** Makes git write this line (`Name <email> seconds +0000`) for one of the two who stand in a commit. git takes no empty name. */
export const signatureVariables = (who: "AUTHOR" | "COMMITTER", line: string): Readonly<Record<string, string>> => {
  const [, name = "", email = "", date = ""] = /^(.*?) ?<([^>]*)> ?(.*)$/s.exec(line) ?? []
  const told = [name, email].find((text) => text.replace(crud, "") !== "") ?? "unknown"
  return { [`GIT_${who}_NAME`]: told, [`GIT_${who}_EMAIL`]: email, ...(date === "" ? {} : { [`GIT_${who}_DATE`]: `@${date}` }) }
}
