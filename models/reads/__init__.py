"""Reading what an account owns: each function starts from an account and runs a fixed number of statements."""
