"""The seats of each account by its events: the counts that they carry, and the moves that they record."""

CARRIED = """
    SELECT account_id, (pool ->> 'package_id')::uuid AS package_id, version, (pool ->> 'purchased')::int AS purchased,
           (pool ->> 'assigned')::int AS assigned, (pool ->> 'activated')::int AS activated
    FROM events, jsonb_array_elements(pools) AS pool
"""

COUNTERS_FROM_EVENTS = f"""
    SELECT account_id, package_id, pool.purchased, newest.counts[2] AS purchased_events,
           pool.assigned, newest.counts[3] AS assigned_events, pool.activated, newest.counts[4] AS activated_events
    FROM seat_pools AS pool
    FULL JOIN (
        -- An array with the version in front: the greatest is the newest, and nothing is sorted.
        SELECT account_id, package_id, max(ARRAY[version, purchased, assigned, activated]) AS counts
        FROM ({CARRIED}) AS carried GROUP BY account_id, package_id
    ) AS newest USING (account_id, package_id)
    WHERE (pool.purchased, pool.assigned, pool.activated)
        IS DISTINCT FROM (newest.counts[2], newest.counts[3], newest.counts[4])
"""  # noqa: S608 - made of constants

# For each event, in one pass: the counts that it carries, and beside them what it did to the counters, from its facts
# alone. In a row of the one the columns of the other are null.
CHANGES = """
    SELECT event.account_id, event.version, change.package_id, change.purchased, change.assigned, change.activated,
        change.moved_purchased, change.moved_assigned, change.moved_activated
    FROM events AS event CROSS JOIN LATERAL (
        SELECT (pool ->> 'package_id')::uuid, (pool ->> 'purchased')::int, (pool ->> 'assigned')::int,
            (pool ->> 'activated')::int, NULL::int, NULL::int, NULL::int
        FROM jsonb_array_elements(event.pools) AS pool
        UNION ALL
        SELECT (seat ->> 'package_id')::uuid, NULL, NULL, NULL, (seat ->> 'quantity')::int, 0, 0
        FROM jsonb_array_elements(event.data -> 'seats') AS seat WHERE event.type = 'purchase.completed'
        UNION ALL
        SELECT (event.data ->> 'package_id')::uuid, NULL, NULL, NULL, 0,
            CASE event.type WHEN 'license.removed' THEN -1 WHEN 'license.assigned' THEN 1
                WHEN 'license.changed' THEN 1 ELSE 0 END,
            CASE event.type WHEN 'license.activated' THEN 1 WHEN 'license.assigned' THEN 0
                WHEN 'license.changed' THEN (event.data ->> 'activated')::boolean::int
                ELSE -(event.data ->> 'activated')::boolean::int END
        WHERE event.type IN
            ('license.assigned', 'license.removed', 'license.changed', 'license.transferred', 'license.activated')
        UNION ALL
        SELECT (event.data ->> 'from_package_id')::uuid, NULL, NULL, NULL, 0, -1,
            -(event.data ->> 'activated')::boolean::int
        WHERE event.type = 'license.changed'
    ) AS change (package_id, purchased, assigned, activated, moved_purchased, moved_assigned, moved_activated)
"""

# The counts that follow are null for an event that moves nothing. One that carries counts of a pool twice is held
# against both, by the least and the greatest.
REPLAYED = f"""
    SELECT account_id, package_id, version,
        min(purchased) AS purchased, min(assigned) AS assigned, min(activated) AS activated,
        max(purchased) AS most_purchased, max(assigned) AS most_assigned, max(activated) AS most_activated,
        CASE WHEN count(moved_assigned) > 0 THEN sum(sum(moved_purchased)::int) OVER past END AS purchased_replayed,
        CASE WHEN count(moved_assigned) > 0 THEN sum(sum(moved_assigned)::int) OVER past END AS assigned_replayed,
        CASE WHEN count(moved_assigned) > 0 THEN sum(sum(moved_activated)::int) OVER past END AS activated_replayed
    FROM ({CHANGES}) AS changes GROUP BY account_id, package_id, version
    WINDOW past AS (PARTITION BY account_id, package_id ORDER BY version)
"""  # noqa: S608 - made of constants

EVENTS_AGAINST_THEMSELVES = f"""
    SELECT account_id, package_id, version,
        CASE WHEN purchased = purchased_replayed THEN most_purchased ELSE purchased END AS purchased,
        purchased_replayed,
        CASE WHEN assigned = assigned_replayed THEN most_assigned ELSE assigned END AS assigned,
        assigned_replayed,
        CASE WHEN activated = activated_replayed THEN most_activated ELSE activated END AS activated,
        activated_replayed
    FROM ({REPLAYED}) AS replayed
    WHERE version IS NULL
        OR (purchased, assigned, activated)
            IS DISTINCT FROM (purchased_replayed, assigned_replayed, activated_replayed)
        OR (most_purchased, most_assigned, most_activated)
            IS DISTINCT FROM (purchased_replayed, assigned_replayed, activated_replayed)
"""  # noqa: S608 - made of constants
