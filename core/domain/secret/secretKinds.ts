import { isExample, looksRandom } from "./looksRandom.ts"

/** A kind of secret, and how it looks. */
export interface SecretKind {
  readonly name: string
  /** One of these stands in every secret of the kind, so that most text needs no closer look. */
  readonly signs: readonly string[]
  /** The secret is the group `secret`, or all of it where there is none. */
  readonly shape: RegExp
  /** Whether a text of that shape is no example and no placeholder; `before` is what stands before it. */
  readonly isReal?: (secret: string, groups: Readonly<Record<string, string | undefined>>, before: string) => boolean
}

const kind = (name: string, signs: string | readonly string[], shape: RegExp, isReal?: SecretKind["isReal"]): SecretKind => ({
  name,
  signs: typeof signs === "string" ? [signs] : signs,
  shape,
  ...(isReal === undefined ? {} : { isReal }),
})

const hasDigit = (secret: string): boolean => /\d/.test(secret)

/** What stands before an `@` in addresses that are written for readers, or for a machine of one's own. */
const isPassword: SecretKind["isReal"] = (secret, { user = "", host = "" }) =>
  secret !== user &&
  !/^(?:localhost|127\.|0\.0\.0\.0|\[?::1)/.test(host) &&
  !/^(?:pass|password|passwd|pwd|secret|token|user|test|root|admin|postgres|mysql|redis|guest|foo|bar|x+|\*+|\.+|changeme)$/i.test(
    secret,
  ) &&
  !/[${}<>%*()[\]]/.test(secret.slice(0, 2)) &&
  (!/(?:^|\.)example\.(?:com|net|org)/.test(host) || (secret.length >= 8 && hasDigit(secret)))

/**
 * How keys and tokens look that people are given by their providers, as the providers' own pages on secret scanning and the
 * rules of gitleaks 8 and secretlint 13 describe them; looser than these where a form was seen to change.
 */
export const secretKinds: readonly SecretKind[] = [
  kind("an AWS key", ["AKIA", "ASIA", "ABIA", "ACCA"], /\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b/g, (secret) => !secret.endsWith("EXAMPLE")),
  kind(
    "an AWS secret key",
    ["secret", "SECRET", "Secret"],
    /\b(?:aws_?)?secret(?:_?access)?_?key["']?\s{0,8}(?:=>|[:=])\s{0,8}["']?(?<secret>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
    (secret) => !isExample(secret) && hasDigit(secret),
  ),
  kind(
    "a GitHub token",
    ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
    /(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{36,255})/g,
  ),
  kind(
    "a GitLab token",
    ["glpat-", "gldt-", "glrt-", "glptt-", "gloas-", "glsoat-", "glft-", "glimt-", "glagent-", "glcbt-"],
    /\bgl(?:pat|dt|rt|ptt|oas|soat|ft|imt|agent|cbt)-[\w-]{20,}/g,
  ),
  kind("a Slack token", ["xox", "xapp-"], /\b(?:xox[abceoprs](?:\.xox[abceoprs])?|xapp)-[\w-]{10,}/g, hasDigit),
  kind("a Slack webhook", "hooks.slack.com/", /hooks\.slack\.com\/(?:services|workflows|triggers)\/[\w+/]{30,}/g),
  kind("a Discord webhook", "/api/webhooks/", /discord(?:app)?\.com\/api\/webhooks\/\d{15,21}\/[\w-]{50,}/g),
  kind("an Anthropic key", "sk-ant-", /\bsk-ant-[\w-]{20,}/g),
  kind(
    "an OpenAI key",
    "sk-",
    /(?<![\w-])sk-(?:(?:proj|svcacct|admin|service|None)-[\w-]{20,}|[\w-]{20,}T3BlbkFJ[\w-]{20,}|[A-Za-z0-9]{32,})/g,
    hasDigit,
  ),
  kind("an OpenRouter key", "sk-or-", /\bsk-or-v1-[0-9a-f]{60,}/g),
  kind("a Google key", ["AIza", "GOCSPX-", "ya29."], /(?<![\w-])(?:AIza[\w-]{35}|GOCSPX-[\w-]{28}|ya29\.[\w-]{30,})/g),
  kind("a Stripe key", ["k_live_", "whsec_"], /(?<![A-Za-z0-9])(?:[rs]k_live_[0-9A-Za-z]{16,}|whsec_[0-9A-Za-z]{32,})/g),
  kind(
    "an npm token",
    ["npm_", "_authToken"],
    /(?<![A-Za-z0-9_])npm_[A-Za-z0-9]{36}|_authToken\s{0,4}=\s{0,4}["']?(?<secret>[\w=-][\w.=~+/-]{19,})/g,
    hasDigit,
  ),
  kind("a PyPI token", "pypi-", /\bpypi-AgE[\w-]{50,}/g),
  kind("a RubyGems key", "rubygems_", /\brubygems_[0-9a-f]{48}\b/g),
  kind("a Docker token", ["dckr_pat_", "dckr_oat_"], /\bdckr_[po]at_[\w-]{20,}/g),
  kind(
    "a private key",
    ["PRIVATE KEY", "PuTTY-User-Key-File-"],
    /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:[A-Za-z0-9+/=\s\\:,-]{0,16384}?-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----)?|PuTTY-User-Key-File-\d: /g,
  ),
  kind("an age key", "AGE-SECRET-KEY-1", /\bAGE-SECRET-KEY-1[0-9A-Z]{50,}/g),
  kind(
    "a JSON web token",
    "eyJ",
    /(?<![\w-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{16,}/g,
    // What every page on such tokens shows.
    (secret) => !secret.includes("eyJzdWIiOiIxMjM0NTY3ODkwI"),
  ),
  kind(
    "an Azure key",
    ["AccountKey=", "SharedAccessKey="],
    /(?:AccountKey|SharedAccessKey)=(?<secret>[A-Za-z0-9+/]{42,86}={1,2})/g,
    (secret) => !/^(.)\1{20}/.test(secret),
  ),
  kind("an Azure client secret", "Q~", /(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])/g),
  kind("an Azure signature", "sig=", /[?&]sig=(?<secret>[A-Za-z0-9%+/]{43,70}(?:=|%3D))/gi),
  kind("a SendGrid key", "SG.", /(?<![\w.])SG\.[\w-]{16,32}\.[\w-]{16,64}/g),
  kind("a Twilio key", "SK", /(?<![A-Za-z0-9])SK[0-9a-f]{32}(?![A-Za-z0-9])/g),
  kind("a Mailgun key", "key-", /(?<![\w-])key-[0-9a-f]{32}\b/g),
  kind("a Mailchimp key", "-us", /\b[0-9a-f]{32}-us\d{1,2}\b/g),
  kind("a Hugging Face token", ["hf_", "api_org_"], /(?<![A-Za-z0-9_])(?:hf_|api_org_)[A-Za-z0-9]{30,}/g),
  kind("a Groq key", "gsk_", /\bgsk_[A-Za-z0-9]{40,}/g),
  kind("a Replicate token", "r8_", /(?<![A-Za-z0-9_])r8_[A-Za-z0-9]{37}\b/g),
  kind("an xAI key", "xai-", /\bxai-[A-Za-z0-9]{60,}/g),
  kind("a Perplexity key", "pplx-", /\bpplx-[A-Za-z0-9]{40,}/g),
  kind("a DigitalOcean token", ["dop_v1_", "doo_v1_", "dor_v1_"], /\bdo[opr]_v1_[0-9a-f]{64}\b/g),
  kind("a Databricks token", "dapi", /\bdapi[0-9a-f]{32}(?:-\d)?\b/g),
  kind("a Shopify token", "shp", /\bshp(?:at|ca|pa|ss|ua)_[0-9a-fA-F]{32}\b/g),
  kind("a Square token", ["sq0", "EAAA"], /\bsq0(?:atp|csp|idp)-[\w-]{22,}|\bEAAA[\w-]{60}\b/g),
  kind("a Telegram token", ":AA", /\b\d{8,10}:AA[\w-]{33}(?![\w-])/g),
  kind("a Discord token", ".", /(?<![\w-])[MNO][A-Za-z\d_-]{23,25}\.[\w-]{6}\.[\w-]{27,38}(?![\w.-])/g, hasDigit),
  kind("an Atlassian token", ["ATATT3", "ATCTT3"], /\bAT[AC]TT3[\w=-]{60,}/g),
  kind("a Linear key", "lin_", /\blin_(?:api|oauth)_[A-Za-z0-9]{32,}/g),
  kind("a Notion token", ["secret_", "ntn_"], /\b(?:secret_[A-Za-z0-9]{43}|ntn_[A-Za-z0-9]{40,})\b/g),
  kind("a Vault token", ["hvs.", "hvb."], /\bhv[sb]\.[\w-]{24,}/g),
  kind("a Grafana token", ["glc_", "glsa_"], /\b(?:glc_[A-Za-z0-9+/]{32,}|glsa_[A-Za-z0-9]{32}_[0-9a-f]{8})/g),
  kind("a New Relic key", "NRAK-", /\bNRAK-[A-Z0-9]{27}\b/g),
  kind("a Sentry token", ["sntrys_", "sntryu_"], /\bsntry[su]_[\w+/=]{40,}/g),
  kind("a Supabase token", ["sbp_", "sb_secret_"], /\b(?:sbp_[0-9a-f]{40}|sb_secret_[\w-]{20,})/g),
  kind("a Postman key", "PMAK-", /\bPMAK-[0-9a-f]{24}-[0-9a-f]{34}\b/g),
  kind("a Figma token", "figd_", /\bfig[dor]_[\w-]{30,}/g),
  kind("an Airtable token", "pat", /\bpat[A-Za-z0-9]{14}\.[0-9a-f]{64}\b/g),
  kind("a Terraform token", ".atlasv1.", /\b[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,70}/g),
  kind("a Tailscale key", "tskey-", /\btskey-[a-z]+-[\w-]{16,}/g),
  kind("a 1Password token", "ops_eyJ", /\bops_eyJ[\w+/=-]{60,}/g),
  kind(
    "an address with a password",
    "://",
    /:\/\/(?<user>[^\s:@/"'`<>\\]{0,100}):(?<secret>[^\s@/"'`<>\\]{3,200})@(?<host>[\w.[\]:-]{1,200})/g,
    isPassword,
  ),
  kind(
    "a password in a header",
    ["uthorization", "UTHORIZATION"],
    /authorization["'`]?\s{0,4}[:=,]\s{0,4}["'`]?(?:bearer|basic|token)\s{1,4}(?<secret>[\w.~+/=-]{16,})/gi,
    (secret) => looksRandom(secret),
  ),
  kind(
    "what is called a secret",
    ["ecret", "ECRET", "oken", "OKEN", "assw", "ASSW", "wd", "WD", "ey", "EY", "redential", "REDENTIAL"],
    /(?:secret|token|passw(?:or)?d|passwd|pwd|credentials?|(?:api|access|private|auth|encryption|signing|account|master|service|session|client|app)[_.-]?key)[\w.-]{0,24}["'`\]]{0,2}\s{0,8}(?::=|=>|=|:)\s{0,8}(?<quote>["'`]?)(?<secret>[\w+/=.~!@#^&*-]{16,200})(?![\w(])/gi,
    (secret, { quote = "" }, before) => {
      const name = /[\w.-]*$/.exec(before)?.[0] ?? ""
      return (
        !/publi[ck]|hash|digest|checksum|integrity|fingerprint|sha\d|etag|cache|count|limit|usage|length|max|type|path|file|name|url|uri|endpoint|id$/i.test(
          name,
        ) &&
        looksRandom(secret, {
          quoted: quote !== "",
          mayBeHex: /secret|passw|pwd|(?:api|auth|access|private|account|master)[_.-]?(?:key|token)/i.test(name),
        })
      )
    },
  ),
]
