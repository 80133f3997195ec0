/**
 * A callback of the platform that never throws into it: what goes wrong ends what it was called for, a connection, and nothing
 * else. A run must not end because somebody knocked.
 */
export const guarded =
  <A extends readonly unknown[]>(act: (...given: A) => void, failed: (cause: unknown, ...given: A) => void) =>
  (...given: A): void => {
    try {
      act(...given)
    } catch (cause) {
      failed(cause, ...given)
    }
  }
