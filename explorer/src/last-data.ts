import { createStore } from "./store";

/** The data of the last query or mutation that was run. */
export const lastData = createStore<unknown>(null);
