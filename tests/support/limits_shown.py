"""The limits of a session."""

# As PostgreSQL shows them.
LIMITS_SHOWN = {
    "statement_timeout": "30s",
    "lock_timeout": "15s",
    "idle_in_transaction_session_timeout": "1min",
    "TimeZone": "UTC",
    "jit": "off",
}
