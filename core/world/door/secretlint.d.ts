/** As much of the rule set as osier asks of it: each rule reads a text and reports the ranges that look like a secret. */
declare module "@secretlint/secretlint-rule-preset-recommend" {
  export interface Rule {
    readonly meta: { readonly id: string }
    readonly create: (
      context: {
        readonly sharedOptions: Record<string, never>
        readonly createTranslator: (
          messages: unknown,
        ) => (id: string, data?: unknown) => { readonly messageId: string; readonly message: string }
        readonly ignore: (ignored: unknown) => void
        readonly report: (found: { readonly range: readonly [number, number] }) => void
      },
      options: Record<string, never>,
    ) => {
      readonly file?: (source: {
        readonly content: string
        readonly filePath: string
        readonly ext: string
        readonly contentType: "text"
        readonly hasBOM: boolean
      }) => unknown
    }
  }
  export const rules: readonly Rule[]
}
