"""After the faults: everything is started again, and works off what is left as though hours had passed."""

import asyncio

from tests.soak.site import Site

MOVES_WITHIN = 60.0
OPEN = """
    SELECT (SELECT count(*) FROM deliveries WHERE sent_at IS NULL AND failed_at IS NULL) AS mails,
           (SELECT count(*) FROM events WHERE relayed_at IS NULL) AS events,
           (SELECT count(*) FROM payments WHERE state NOT IN ('SUCCEEDED', 'DECLINED')) AS payments
"""


async def drain(site: Site) -> list[str]:
    """Wait until no mail, event or payment is open; tells what is left once nothing moves any more."""
    site.mail.forgive()
    await site.stop()
    # Those who held them are gone: nobody else would touch them before the lease has run out.
    await site.cluster.execute("UPDATE deliveries SET leased_until = NULL WHERE leased_until IS NOT NULL")
    await site.start()
    clock = asyncio.get_running_loop().time
    before, moved = {}, clock()
    while clock() < moved + MOVES_WITHIN:
        (left,) = await site.cluster.fetch(OPEN)
        if left != before:
            before, moved = left, clock()
        if not any(left.values()):
            return []
        await site.cluster.execute("UPDATE deliveries SET due_at = now() WHERE sent_at IS NULL AND due_at > now()")
        # Its administrators are sent more than one person is in an hour: what is held back must come as well.
        await site.cluster.execute("UPDATE allowances_spent SET period = period - 2")
        await site.cluster.execute("UPDATE payments SET look_at = now() WHERE look_at > now()")
        await asyncio.sleep(0.5)
    return [f"nothing moves for {MOVES_WITHIN} s, and still open are {before}"]
