"""With which codes sockets are closed."""

# After the first clients reconnect by themselves, after the second they give up.
TRY_AGAIN_LATER = 1013
INTERNAL_ERROR = 1011
