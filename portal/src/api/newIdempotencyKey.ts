/**
 * An id for one wish, kept over every repeat of it so that none is done twice. Not crypto.randomUUID, which browsers
 * keep from pages that came over plain HTTP.
 */
export function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}
