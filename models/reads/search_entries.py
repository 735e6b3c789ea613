"""Search entries: a copy of users and licenses for searches of large accounts, and the users that changed since.

SQL with `{account}`. `search_entries` has each user's search text and package at a version of the account, which
`search_versions` keeps; `models/operations/upkeep/keep_search_entries.py` writes both. The texts stay as they are;
the events after that version name the users that were added or changed their package.
"""

# More changes than a busy account has in a minute. With more, no relay has run, and the users are read directly.
MOST_SINCE = 20_000

# The package of a user who has no license.
NO_PACKAGE = "00000000-0000-0000-0000-000000000000"
# One in 256, by the last byte of an id, which is random. An index has them.
SAMPLED = "get_byte(uuid_send(found.user_id), 15) = 0"

KNOWN = (
    "EXISTS (SELECT FROM search_versions AS known JOIN accounts AS account ON account.id = {account}"
    f" WHERE known.account_id = {{account}} AND account.version - known.version <= {MOST_SINCE})"
)
# In the order of versions, so that PostgreSQL begins with the first that counts and not with all events.
CHANGED = (
    "(SELECT array_agg(DISTINCT moved.user_id) FROM (SELECT"  # noqa: S608 - constants
    " unnest(ARRAY[since.data ->> 'user_id', since.data ->> 'from_user_id'])::uuid AS user_id"
    " FROM (SELECT event.data FROM events AS event WHERE event.account_id = {account} AND event.version >"
    " (SELECT known.version FROM search_versions AS known WHERE known.account_id = {account})"
    f" ORDER BY event.version LIMIT {MOST_SINCE}) AS since) AS moved)"
)
