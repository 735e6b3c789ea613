"""The limits of documents, requests and connections. Every refusal names the requested and the allowed size."""

from dataclasses import dataclass, fields

from graphql import GraphQLError

# The largest Int of GraphQL.
LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Limits:
    """The settings of these names, e.g. USHER_MAX_DOCUMENT_COST.

    `document_cost` counts the fields that a response can have: a page of 100 rows with forty fields each is well
    inside the default, two such pages inside one another are not. `cost_per_minute` is the cost per minute of one
    session or API key over all processes, `account_cost_per_minute` that of all credentials of an account, and
    `anonymous_cost_per_minute` that of one address without a credential. `document_repeats` counts fields that
    repeat in a selection set. `variable_values` counts the values in the variables of one request, lists and objects
    included. `sockets` are the WebSockets of one process, `caller_sockets` those of one address, and
    `caller_connections` its other connections. An address may request `caller_sign_ins` links in 15 minutes, and open
    `caller_accounts` in an hour, over all processes; all addresses together may open `accounts_per_hour`. The limits
    of an IPv6 address apply to its /64, and are 4 and 16 times as high for its /56 and /48.
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
    # 0 stands for three times the limit of one credential.
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


def limit_error(limit: str, size: int, allowed: int) -> GraphQLError:
    """The error of a document whose size exceeds a limit."""
    # Python formats no integer of more than some thousand digits.
    shown = str(size) if size < 10**12 else "more than 10^12"
    return GraphQLError(
        f"The document's {limit} is {shown}; at most {allowed} is allowed.",
        extensions={"code": "LIMIT_EXCEEDED", "limit": limit, "asked": shown, "allowed": allowed},
    )
