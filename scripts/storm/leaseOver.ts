import { leaseMs, skewMs } from "../../core/domain/lock/lock.ts"

/** After this time without a sign of life no clock says any more that a lease lasts, in milliseconds. */
export const leaseOverMs = leaseMs + skewMs
