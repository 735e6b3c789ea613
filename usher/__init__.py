"""The command `usher`: settings, the process's parts put together, the demo, and what an operator runs."""
