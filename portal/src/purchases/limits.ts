/** Licenses of one package in one purchase, at most. The server holds to it; this keeps people from running into it. */
export const LARGEST_QUANTITY = 10_000;
