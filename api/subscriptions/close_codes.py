"""The codes that sockets are closed with."""

# After the first clients reconnect by themselves, after the second they give up.
TRY_AGAIN_LATER = 1013
INTERNAL_ERROR = 1011
# graphql-transport-ws: the client has not authenticated.
UNAUTHORIZED = 4401
