"""Documents: parsed, checked and measured once."""
