"""The programs in the guides, run as they stand there."""
