"""The rows that one list, or one object, is made of: tables, joins and columns, always of one account.

Every table that belongs to an account is held to the viewer's here, whatever a mirror says.
"""

from dataclasses import dataclass, field

from engine.sql.mappings import ACCOUNT, Join, Mirror

WHOSE = "viewer.account_id"
# Stands where a statement has the language of the reader.
LANGUAGE = "$language"


@dataclass
class Rows:
    """A table under an alias, what is joined to it, and the columns that are asked for, each once.

    `variables` are the names under which the generated function knows the columns.
    """

    mirror: Mirror
    alias: str
    joins: list[str] = field(default_factory=list)
    _aliases: dict[tuple[str, str], str] = field(default_factory=dict)
    _columns: dict[str, str] = field(default_factory=dict)

    @property
    def expressions(self) -> list[str]:
        """What to select."""
        return list(self._columns)

    @property
    def variables(self) -> list[str]:
        """What it is called in the function."""
        return list(self._columns.values())

    def column(self, alias: str, name: str, mirror: Mirror | None = None) -> str:
        """The variable that holds a column of a table that is here."""
        if name == ACCOUNT:
            return "account_id"
        joined, _, inside = name.partition(".")
        if inside:
            alias, name = self.join(alias, (mirror or self.mirror).joins[joined]), inside
        return self._variable(f'{alias}."{name}"')

    def _variable(self, expression: str) -> str:
        return self._columns.setdefault(expression, f"{self.alias}_{len(self._columns)}")

    def text(self, alias: str, name: str) -> str:
        """The variable that holds a text of a table that is here, in the language of the reader."""
        translation = f"{alias}.\"translations\" -> {LANGUAGE} ->> '{name}'"
        return self._variable(f'coalesce({translation}, {alias}."{name}")')

    def join(self, alias: str, join: Join) -> str:
        """The alias of a table that is joined to one that is here."""
        key = (alias, repr(join))
        if key not in self._aliases:
            that = self._aliases[key] = f"{self.alias}j{len(self._aliases)}"
            conditions = [f'{that}."{there}" = {alias}."{here}"' for there, here in join.on.items()]
            conditions += [f'{that}."{name}" IS NULL' for name in join.live]
            conditions += [] if join.shared else [f"{that}.account_id = {WHOSE}"]
            self.joins.append(f'LEFT JOIN "{join.table}" AS {that} ON {" AND ".join(conditions)}')
        return self._aliases[key]

    @property
    def source(self) -> str:
        """FROM, and what is joined."""
        return " ".join([f'FROM "{self.mirror.table}" AS {self.alias}', *self.joins])

    @property
    def whose(self) -> list[str]:
        """The condition that holds the rows to the account; of accounts, to the viewer's own."""
        if self.mirror.shared:
            return []
        return [f"{self.alias}.{'id' if self.mirror.table == 'accounts' else 'account_id'} = {WHOSE}"]
