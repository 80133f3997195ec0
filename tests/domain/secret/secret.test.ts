import { expect, test } from "vitest"
import { redacted, secretsIn, secretValues } from "../../../core/domain/secret/secret.ts"

/** Letters and digits in a fixed disorder, so that this file holds no secret and each run looks at the same ones. */
const drawn = (length: number, from = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"): string => {
  let state = length + from.length
  return Array.from({ length }, () => from[(state = (state * 48271) % 2147483647) % from.length]).join("")
}
const [upper, hex, digits] = ["ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789abcdef", "0123456789"]
const key = (...parts: readonly string[]): string => parts.join("")

const secrets: readonly (readonly [string, string])[] = [
  ["an AWS key", key("AKIA", drawn(16, upper))],
  ["an AWS secret key", `aws_secret_access_key = ${drawn(40)}`],
  ["a GitHub token", key("ghp", "_", drawn(36))],
  ["a GitHub token", key("github", "_pat_", drawn(22), "_", drawn(59))],
  ["a GitLab token", key("glpat", "-", drawn(20))],
  ["a Slack token", key("xoxb", "-", drawn(12, digits), "-", drawn(12, digits), "-", drawn(24))],
  ["a Slack webhook", key("https://hooks.slack", ".com/services/T", drawn(8, upper), "/B", drawn(8, upper), "/", drawn(24))],
  ["an Anthropic key", key("sk-", "ant-api03-", drawn(60), "-_", drawn(31))],
  ["an OpenAI key", key("sk-", drawn(20), "T3Blbk", "FJ", drawn(20))],
  ["an OpenAI key", key("sk-", "proj-", drawn(20), "-", drawn(30), "_", drawn(40))],
  ["a Google key", key("AI", "za", drawn(35))],
  ["a Stripe key", key("sk", "_live_", drawn(24))],
  ["an npm token", key("npm", "_", drawn(36))],
  ["a private key", key("-----BEGIN OPENSSH PRIVATE", " KEY-----")],
  ["a JSON web token", key("ey", "J", drawn(20), ".ey", "J", drawn(40), ".", drawn(43))],
  ["an Azure key", key("Account", "Key=", drawn(86), "==")],
  ["a SendGrid key", key("SG", ".", drawn(22), ".", drawn(43))],
  ["a Twilio key", key("SK", drawn(32, hex))],
  ["an address with a password", key("postgres://admin", ":", drawn(16), "@db.example.com:5432/prod")],
  ["an address with a password", key("redis://", ":", drawn(12), "@10.0.0.5:6379")],
  ["a Hugging Face token", key("hf", "_", drawn(34))],
  ["a Telegram token", key(drawn(9, digits), ":AA", drawn(33))],
  ["a DigitalOcean token", key("dop_", "v1_", drawn(64, hex))],
  ["a Notion token", key("ntn", "_", drawn(43))],
  ["a password in a header", `-H "Authorization: Bearer ${drawn(40)}"`],
  ["what is called a secret", `TWILIO_AUTH_TOKEN=${drawn(32, hex)}`],
  ["what is called a secret", `"clientSecret": "${drawn(40)}",`],
  ["what is called a secret", `    password: '${drawn(20)}'`],
]

test.each(secrets)("%s is found and taken out of a text", (kind, line) => {
  const found = secretsIn(`before\n${line}\nafter\n`)
  expect(found.map((one) => one.kind)).toEqual([kind])
  const clean = redacted(`before\n${line}\nafter\n`)
  expect(clean).toMatch(/^before\n.*\(redacted .*\).*\nafter\n$/)
  expect(secretsIn(clean)).toEqual([])
})

const innocents: readonly (readonly [string, string])[] = [
  ["a UUID", "api_key = 123e4567-e89b-12d3-a456-426614174000"],
  ["a commit", `commit ${drawn(40, hex)}`],
  ["the integrity of a lock file", `"integrity": "sha512-${drawn(86)}=="`],
  ["a cache key", `cache-key: ${drawn(40, hex)}`],
  ["a hash of a token", `tokenHash = "${drawn(64, hex)}"`],
  ["names with dashes", "sk-learn is a library; task-oriented-programming-with-sk-models"],
  ["a class", ".risk-abcdefghijklmnopqrstuvwxyzabcdefgh {}"],
  ["a public key", "-----BEGIN PUBLIC KEY-----"],
  ["an SSH public key", `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${drawn(43)}`],
  ["a registry", "npm_config_registry=https://registry.example/"],
  ["a password for readers", "password: changeme"],
  ["an image", `data:image/png;base64,${drawn(80)}`],
  ["the key of AWS's own pages", key("AKIA", "IOSFODNN7EXAMPLE")],
  ["the secret of AWS's own pages", "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"],
  ["a variable", 'token: "${{ secrets.GITHUB_TOKEN }}", password: process.env.DATABASE_PASSWORD'],
  ["a call", "const token = await createTokenForUser2(user, { secret: config.sessionSecret3 })"],
  ["minified code", "var tokenType=e.TOKEN_TYPE_IDENTIFIER2,keyPassword=t.getPasswordFromStore12Async3(n)"],
  ["a server on this machine", "postgres://postgres:postgres@localhost:5432/test"],
  ["an address for readers", "https://user:password@example.com and https://abc:xyz@example.org/path"],
  ["an address of git", "git@github.com:owner/repository.git"],
]

test.each(innocents)("%s is no secret", (_, line) => {
  expect(secretsIn(`${line}\n`)).toEqual([])
})

test("values of variables whose names tell are found wherever they stand; places of keys are none", () => {
  const values = secretValues({ MY_API_TOKEN: "canary 4711", SSH_KEY: "/keys/id", PORT_KEY: "8080", EDITOR: "canary 4711" })
  expect(values).toEqual([["MY_API_TOKEN", "canary 4711"]])
  expect(redacted("GET /?t=canary 4711&u=canary 4711", values)).toBe(
    "GET /?t=(redacted value of MY_API_TOKEN)&u=(redacted value of MY_API_TOKEN)",
  )
})

test("a private key goes whole, with all of its lines", () => {
  const pem = key("-----BEGIN RSA PRIVATE", ` KEY-----\n${drawn(64)}\n${drawn(64)}\n-----END RSA PRIVATE`, " KEY-----")
  expect(redacted(`a\n${pem}\nb`)).toBe("a\n(redacted private key)\nb")
})

const token = key("ghp", "_", drawn(36))
const half = (cut: string) => token.slice(0, 12) + cut + token.slice(12)

test.each([
  ["a colour before it, which ends in a letter", `\u001B[31m${token}\u001B[0m`],
  ["a colour in it", half("\u001B[1;32m")],
  ["a colour of one byte in it", half("\u009B0m")],
  ["a cleared line in it", half("\u001B[K")],
  ["a link of a terminal around each part", half("\u001B]8;;https://x.org\u0007")],
  ["codes that were written down", half(String.raw`\u001b[0m`) + String.raw`\x1b[0m`],
  ["an invisible character in it", half("\u200B")],
  ["letters struck over, as in a manual page", token.replace(/./g, "$&\b$&")],
])("a secret is found and goes whole through %s", (_, text) => {
  expect(secretsIn(`a ${text} b`).map(({ kind }) => kind)).toEqual(["a GitHub token"])
  expect(redacted(`a ${text} b`)).toMatch(/^a .{0,8}\(redacted GitHub token\).{0,8} b$/)
})

test("the value of a variable is found with colours in it, and plain coloured text stays byte for byte", () => {
  const values = [["TOKEN", "canary 4711"]] as const
  expect(redacted("x can\u001B[0mary 4711 y", values)).toBe("x (redacted value of TOKEN) y")
  const coloured = "\u001B[32mpass\u001B[0m tests/a.test.ts \u001B[2m(3 ms)\u001B[0m"
  expect(redacted(coloured, values)).toBe(coloured)
})
