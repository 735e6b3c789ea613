"""The lengths of an account's lists, and its users without a license, without reading all rows.

SQL with `{account}`: `account_totals` has the users and seat events of a large account at one of its versions, and
`unlicensed_users` its users without a license then; later changes are in the events.
`models/operations/upkeep/keep_totals.py` writes both.
"""

from models.reads.conditions import Source

# More changes than a busy account has in a minute. With more, no relay has run, and all rows are read.
MOST_SINCE = 100_000

_ADDED = (
    "SELECT count(*) FROM events AS added WHERE added.account_id = {account} AND added.version > known.version"
    " AND added.type = 'user.added'"
)
USERS = (
    f"coalesce((SELECT known.users + ({_ADDED}) FROM account_totals AS known"  # noqa: S608 - constants
    " WHERE known.account_id = {account}),"
    " (SELECT count(*) FROM users AS counted WHERE counted.account_id = {account}))"
)
# One license for each user at most, so that seats count users.
LICENSED = "(SELECT coalesce(sum(pool.assigned), 0) FROM seat_pools AS pool WHERE pool.account_id = {account})"
UNLICENSED = f"({USERS} - {LICENSED})"
HOLDERS = (
    "(SELECT coalesce(sum(pool.assigned), 0) FROM seat_pools AS pool JOIN packages AS package"
    " ON package.id = pool.package_id WHERE pool.account_id = {account} AND package.code = ANY ({value}::text[]))"
)
SEAT_EVENTS = (
    "coalesce((SELECT known.seat_events + (SELECT count(*) FROM events AS moved"
    " WHERE moved.account_id = {account} AND moved.version > known.version AND moved.pools IS NOT NULL)"
    " FROM account_totals AS known WHERE known.account_id = {account}),"
    " (SELECT count(*) FROM events AS moved WHERE moved.account_id = {account} AND moved.pools IS NOT NULL))"
)
# In the order of versions, so that PostgreSQL begins with the first that counts and not with all events.
_SINCE = (
    "SELECT (SELECT array_agg(lost.user_id) FROM ("  # noqa: S608 - constants
    "SELECT coalesce(data ->> 'from_user_id', data ->> 'user_id')::uuid AS user_id FROM events"
    " WHERE account_id = {account} AND version > known.version"
    " AND type IN ('user.added', 'license.removed', 'license.transferred') ORDER BY version"
    f" LIMIT {MOST_SINCE}) AS lost)"
    " FROM account_totals AS known WHERE known.account_id = {account}"
)


def unlicensed_sources(no_license: str) -> tuple[Source, ...]:
    """The sources of users without a license; the SQL, with `{id}`, checks that this is still so.

    Without current totals every user of the account is tested.
    """
    still = no_license.replace("{id}", "found.user_id")
    now = no_license.replace("{id}", "found.id")
    known = (
        "EXISTS (SELECT FROM account_totals AS known JOIN accounts AS account ON account.id = known.account_id"
        f" WHERE known.account_id = {{account}} AND account.version - known.version <= {MOST_SINCE})"
    )
    not_then = (
        "NOT EXISTS (SELECT FROM unlicensed_users AS known"
        " WHERE known.account_id = {account} AND known.user_id = found.id)"
    )
    return (
        Source("unlicensed_users", f"{known} AND {still}", id="found.user_id"),
        Source("users", f"{known} AND found.id = ANY (({_SINCE})::uuid[]) AND {not_then} AND {now}"),
        Source("users", f"NOT {known} AND {now}"),
    )
