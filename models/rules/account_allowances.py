"""How often an account may make what is kept: more often than any business does, and not without end.

Each is spent outside of the transaction that makes it, by calls too that are then refused.
"""

from datetime import timedelta

from models.limits.rate_limits import Allowance

HOUR = timedelta(hours=1)

# An import of ten thousand people in an hour goes through twice.
USERS_ADDED = Allowance("users added", 20_000, HOUR)
API_KEYS_MADE = Allowance("API keys made", 200, HOUR)
API_KEYS_ROTATED = Allowance("API keys rotated", 500, HOUR)
DOMAINS_CLAIMED = Allowance("domains claimed", 200, HOUR)
