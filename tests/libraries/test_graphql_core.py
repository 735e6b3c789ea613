"""graphql-core: executors that are built by hand, and texts of errors that are told apart."""

import pytest
from graphql import (
    DocumentNode,
    Executor,
    GraphQLSyntaxError,
    build_schema,
    execute_subscription_event,
    parse,
    validate,
)
from graphql.execution import get_argument_values
from graphql.execution.collect_fields import CollectedFields, FieldDetails, collect_fields
from graphql.execution.values import VariableValues, get_variable_values

from api.http.error_format import SUGGESTION
from tests.support.library_code import relied_on_by, require_code, require_names, require_parameters

SCHEMA = build_schema("type Query { name(of: Kind): String } enum Kind { FIRST }")


def test_a_shared_subscription_is_executed_by_hand() -> None:
    with relied_on_by("api/subscriptions/shared_operation.py"):
        given = ("schema", "document", "root_value", "context_value", "raw_variable_values", "operation_name")
        require_parameters(Executor.build, *given)
        require_names(Executor, *("fragments", "hide_suggestions", "is_awaitable", "operation", "variable_values"))
        require_parameters(execute_subscription_event, "executor")
        require_code(execute_subscription_event, "e9908f304bb0")


def test_fields_and_arguments_are_collected_by_hand() -> None:
    with relied_on_by("api/subscriptions/shared_operation.py"):
        given = ("schema", "fragments", "variable_values", "runtime_type", "operation", "hide_suggestions")
        require_parameters(collect_fields, *given)
        require_names(CollectedFields, "grouped_field_set")
        require_names(FieldDetails, "fragment_variable_values", "node")


def test_arguments_and_variables_are_coerced_by_hand() -> None:
    with relied_on_by("engine/breadth_first/arguments.py", "engine/sql/plan.py", "engine/operation.py"):
        given = ("type_def", "node", "variable_values", "fragment_variable_values")
        require_parameters(get_argument_values, *given)
        require_parameters(get_variable_values, "schema", "var_def_nodes", "inputs", "max_errors")
        assert VariableValues._fields == ("sources", "coerced")


def test_a_document_with_too_many_tokens_is_told_by_its_text() -> None:
    with pytest.raises(GraphQLSyntaxError) as refused:
        parse("{ first second }", max_tokens=2)
    with relied_on_by("api/documents/cache.py"):
        assert "tokens. Parsing aborted" in refused.value.message
        require_names(DocumentNode, "token_count")
        assert parse("{ name }").token_count == 3


@pytest.mark.parametrize(
    "document", ["{ nane }", "{ name(off: FIRST) }", "{ name(of: FIRTS) }", "{ ... on Querry { name } }"]
)
def test_a_suggestion_ends_the_text_of_an_error(document: str) -> None:
    with relied_on_by("api/http/error_format.py"):
        [error] = validate(SCHEMA, parse(document))
        assert "Did you mean" in error.message
        assert "ean" not in SUGGESTION.sub("", error.message)
