"""One file for each command of `usher`."""
