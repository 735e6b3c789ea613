"""What one caller may ask of the server at once. Every refusal says what was asked and what is allowed."""

from dataclasses import dataclass, fields

from graphql import GraphQLError

# Of GraphQL's Int.
LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Limits:
    """Each is the setting of its name, e.g. USHER_MAX_DOCUMENT_COST.

    `document_cost` counts the fields that an answer can have: a page of 100 rows with forty fields each is well
    inside the default, two such pages inside one another are not. `cost_per_minute` is what one session or API key
    may have answered in any minute, whatever process it meets, `account_cost_per_minute` what all those of an
    account may together, and `anonymous_cost_per_minute` what one address may without any. `document_repeats`
    counts fields that stand in a selection a second time. `variable_values` counts the values that the variables of
    one call hold, lists and objects among them. `sockets` are those of one process, `caller_sockets` those of one
    address on it, and `caller_connections` its connections that are no WebSockets. An address may ask for
    `caller_sign_ins` links in 15 minutes, and open `caller_accounts` in an hour, whatever process it meets;
    `accounts_per_hour` may be opened from all addresses together. An IPv6 address is a /64, and its /56 and /48 may
    have 4 and 16 times as much.
    """

    body_bytes: int = 200_000
    document_characters: int = 20_000
    document_lines: int = 1_000
    document_tokens: int = 1_000
    document_depth: int = 20
    document_cost: int = 10_000
    document_aliases: int = 200
    document_repeats: int = 50
    document_directives: int = 50
    variable_values: int = 12_000
    variable_depth: int = 20
    sockets: int = 12_000
    caller_sockets: int = 1_000
    caller_connections: int = 500
    socket_operations: int = 50
    socket_messages_per_second: int = 200
    cost_per_minute: int = 300_000
    # Where none is given, three times what one credential has.
    account_cost_per_minute: int = 0
    anonymous_cost_per_minute: int = 30_000
    caller_sign_ins: int = 300
    caller_accounts: int = 20
    accounts_per_hour: int = 1_000

    def __post_init__(self) -> None:
        if self.account_cost_per_minute == 0:
            object.__setattr__(self, "account_cost_per_minute", min(3 * self.cost_per_minute, LARGEST))
        for limit in fields(self):
            if getattr(self, limit.name) < 1:
                raise ValueError(f"{limit.name} must be 1 or more")
            if getattr(self, limit.name) > LARGEST:
                raise ValueError(f"{limit.name} must be at most {LARGEST}")


DEFAULT_LIMITS = Limits()


def limit_error(what: str, asked: int, allowed: int) -> GraphQLError:
    """The refusal, which says what was asked and what is allowed."""
    # Python writes no integer of more than some thousand digits, and nobody wants to read one.
    shown = str(asked) if asked < 10**12 else "more than 10^12"
    return GraphQLError(
        f"The document's {what} is {shown}; at most {allowed} is allowed.",
        extensions={"code": "LIMIT_EXCEEDED", "limit": what, "asked": shown, "allowed": allowed},
    )
