"""Running the operations that have no plan: compiled once, and a whole level of the answer at a time."""
