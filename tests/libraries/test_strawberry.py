"""Strawberry: its schema of graphql-core, the calling of resolvers, and the handler of sockets."""

import dataclasses

import strawberry
from graphql import GraphQLSchema
from strawberry import Info
from strawberry.asgi import GraphQL
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.types.arguments import StrawberryArgument, convert_argument, convert_arguments
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.enum import EnumValue, StrawberryEnumDefinition
from strawberry.types.execution import ExecutionContext
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from api.limits import DEFAULT_LIMITS
from api.schema.build import make_schema
from tests.support.library_code import relied_on_by, require_code, require_names, require_parameters


def test_a_schema_has_that_of_graphql_core() -> None:
    with relied_on_by("api/schema/build.py"):
        assert isinstance(make_schema(DEFAULT_LIMITS).core, GraphQLSchema)


def test_federation_is_looked_for_by_a_method_of_its_own() -> None:
    with relied_on_by("api/schema/build.py"):
        require_code(strawberry.Schema._warn_for_federation_directives, "fa0caa2dc4d2")


def test_a_document_is_validated_by_rules_of_its_own_as_well() -> None:
    with relied_on_by("api/documents/cache.py"):
        require_code(validate_document, "c02c861b06ae")


def test_an_extension_reads_and_validates_in_place_of_the_schema() -> None:
    with relied_on_by("api/schema/checked_documents.py"):
        require_names(
            ExecutionContext, "_provided_operation_name", "graphql_document", "pre_execution_errors", "result"
        )
        require_names(SchemaExtension, "on_execute", "on_operation", "on_parse", "on_validate")


def test_a_resolver_is_called_as_its_field_says() -> None:
    with relied_on_by("engine/breadth_first/resolvers.py", "engine/breadth_first/planner.py"):
        core = make_schema(DEFAULT_LIMITS).core
        converter = core._strawberry_schema.schema_converter  # pyright: ignore[reportAttributeAccessIssue]
        field = core.query_type.fields["packages"].extensions["strawberry-definition"]  # pyright: ignore[reportOptionalMemberAccess]
        assert isinstance(field, StrawberryField)
        assert converter._get_field_exception_handlers(field) == ()
        require_names(StrawberryField, "base_resolver", "extensions", "is_basic_field", "python_name")
        require_names(
            StrawberryResolver,
            *("info_parameter", "is_async", "parent_parameter", "root_parameter", "self_parameter", "wrapped_func"),
        )
        assert {"_raw_info", "_field"} == {each.name for each in dataclasses.fields(Info)}
        require_code(GraphQLCoreConverter._get_field_exception_handlers, "544c63b06b75")
        require_code(GraphQLCoreConverter.from_resolver, "7f3336bf8073")


def test_arguments_are_converted_as_strawberry_does() -> None:
    with relied_on_by("engine/breadth_first/arguments.py"):
        require_names(StrawberryArgument, "is_maybe", "python_name")
        require_names(StrawberryField, "default_factory", "default_value", "python_name", "type")
        require_names(StrawberryObjectDefinition, "from_input", "origin")
        require_code(convert_argument, "a11a22f213be")
        require_code(convert_arguments, "c1f343b7611e")


def test_a_type_knows_its_class() -> None:
    with relied_on_by("engine/breadth_first/completion.py", "engine/breadth_first/planner.py"):
        require_names(StrawberryObjectDefinition, "concrete_of", "origin")


def test_the_values_of_an_enum_are_described_after_it_is_made() -> None:
    with relied_on_by("api/schema/enums.py"):
        require_names(StrawberryEnumDefinition, "values", "wrapped_cls")
        require_names(EnumValue, "description", "name")
        assert not EnumValue.__dataclass_params__.frozen  # pyright: ignore[reportAttributeAccessIssue]


def test_a_view_serves_sockets_by_a_handler() -> None:
    with relied_on_by("api/subscriptions/view.py"):
        require_names(GraphQL, "decode_json", "encode_json", "get_context", "on_ws_connect")
        require_names(GraphQL, "graphql_transport_ws_handler_class")
        require_parameters(GraphQL.get_context, "request", "response")
        require_parameters(GraphQL.on_ws_connect, "context")


def test_the_handler_of_a_socket_keeps_its_operations() -> None:
    with relied_on_by("api/subscriptions/handler.py"):
        require_names(
            BaseGraphQLTransportWSHandler,
            *("connection_acknowledged", "connection_init_wait_timeout", "context", "operations", "schema", "view"),
            "websocket",
        )
        require_names(Operation, "completed", "id", "operation_name", "query", "task", "variables")
        require_parameters(BaseGraphQLTransportWSHandler._send_result_stream, "operation", "result_source")
        require_parameters(BaseGraphQLTransportWSHandler._get_pre_execution_close_reason, "error")
        require_code(BaseGraphQLTransportWSHandler, "c330b8546dab")
        require_code(Operation, "76c893f22025")
