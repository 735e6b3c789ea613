"""Rate limits of an account for what is stored: more than any business needs.

Each is spent before the transaction, also by calls that are refused later.
"""

from datetime import timedelta

from models.limits.rate_limits import Allowance

HOUR = timedelta(hours=1)

# An import of ten thousand people in an hour goes through twice.
USERS_ADDED = Allowance("users added", 20_000, HOUR)
API_KEYS_MADE = Allowance("API keys made", 200, HOUR)
API_KEYS_ROTATED = Allowance("API keys rotated", 500, HOUR)
DOMAINS_CLAIMED = Allowance("domains claimed", 200, HOUR)
