/**
 * The key of one request, kept for its retries so that it takes effect once. crypto.randomUUID is not used, because
 * browsers hide it from pages that came over plain HTTP.
 */
export function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}
