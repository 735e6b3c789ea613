/** The most licenses of one package in a purchase. The server enforces it; the inputs stay below it. */
export const MAX_QUANTITY = 10_000;
