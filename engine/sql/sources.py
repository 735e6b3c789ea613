"""The rows that one list, or one object, is made of: tables, joins and columns, always of one account.

Every table that belongs to an account is held to the viewer's here, whatever a mapping says.
"""

from dataclasses import dataclass, field

from engine.sql.mappings import ACCOUNT, VIEWER, Join, TypeMapping

ACCOUNT_ID = "viewer.account_id"
# The place of the language in a statement.
LANGUAGE = "$language"


@dataclass
class TableSource:
    """A table under an alias, its joins, and the columns to select, each once."""

    mapping: TypeMapping
    alias: str
    joins: list[str] = field(default_factory=list)
    _aliases: dict[tuple[str, str], str] = field(default_factory=dict)
    _columns: dict[str, str] = field(default_factory=dict)

    @property
    def expressions(self) -> list[str]:
        """The expressions to select."""
        return list(self._columns)

    @property
    def variables(self) -> list[str]:
        """The variables that hold them in the generated function."""
        return list(self._columns.values())

    def column(self, alias: str, name: str, mapping: TypeMapping | None = None) -> str:
        """The variable that holds a column of a table that is here."""
        if name == ACCOUNT:
            return "account_id"
        joined, _, inside = name.partition(".")
        if inside:
            alias = VIEWER if joined == VIEWER else self.join(alias, (mapping or self.mapping).joins[joined])
            name = inside
        # The statement has the columns of the viewer anyway.
        return f"row[{name!r}]" if alias == VIEWER else self._variable(f'{alias}."{name}"')

    def computed(self, alias: str, sql: str) -> str:
        """The variable that holds an expression of SQL on a table that is here."""
        return self._variable(sql.format(row=alias, account=ACCOUNT_ID))

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
            conditions += [] if join.shared else [f"{that}.account_id = {ACCOUNT_ID}"]
            found = f'"{join.table}" AS {that}'
            if join.newest:
                newest = f"SELECT * FROM {found} WHERE {' AND '.join(conditions)} ORDER BY {that}.id DESC LIMIT 1"  # noqa: S608
                found, conditions = f"LATERAL ({newest}) AS {that}", ["true"]
            self.joins.append(f"LEFT JOIN {found} ON {' AND '.join(conditions)}")
        return self._aliases[key]

    @property
    def source(self) -> str:
        """FROM with the table and its joins."""
        return " ".join([f"FROM {self.table}", *self.joins])

    @property
    def table(self) -> str:
        """The table with its alias."""
        table = self.mapping.table
        return f"{table} AS {self.alias}" if table.startswith("(") else f'"{table}" AS {self.alias}'

    @property
    def conditions(self) -> list[str]:
        """The conditions that hold the rows to the account, of accounts to the viewer's own, and to its type."""
        column = "id" if self.mapping.table == "accounts" else "account_id"
        held = [] if self.mapping.shared else [f"{self.alias}.{column} = {ACCOUNT_ID}"]
        where = self.mapping.where
        return [*held, where.written(self.alias, ACCOUNT_ID, "")] if where else held
