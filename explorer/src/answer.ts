import { cell } from "./cell";

/** The data of the last query or mutation that was run. */
export const answer = cell<unknown>(null);
