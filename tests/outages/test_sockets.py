"""Sockets and a database that is away: clients are sent off in a way after which they come back by themselves."""

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.outages.conftest import MakeBusiness
from tests.support.client import Client, Live
from tests.support.cluster import Cluster
from tests.support.installation import UsherProcess
from tests.support.seats_feed import SEATS, next_update

TRY_AGAIN_LATER = 1013


async def closed_with(live: Live) -> int:
    """The code that a socket is closed with; fails when anything else comes first."""
    with pytest.raises(ConnectionClosed) as closed:
        await live.receive()
    return closed.value.rcvd.code if closed.value.rcvd else 1006


async def test_who_connects_while_the_database_is_away_is_told_to_come_back(
    cluster: Cluster, server: UsherProcess, business: MakeBusiness
) -> None:
    made = await business(people=0, seats=1)
    await cluster.stop()
    url = f"ws{server.url.removeprefix('http')}/graphql"
    async with connect(url, subprotocols=["graphql-transport-ws"]) as opened:
        live = Live(opened)
        await live.send(type="connection_init", payload={"Authorization": f"Bearer {made.token}"})
        assert await closed_with(live) == TRY_AGAIN_LATER
    handshake = {"authorization": f"Bearer {made.token}"}
    async with connect(url, subprotocols=["graphql-transport-ws"], additional_headers=handshake) as opened:
        assert await closed_with(Live(opened)) == TRY_AGAIN_LATER


async def test_a_subscription_that_cannot_begin_takes_its_socket_along(
    cluster: Cluster, server: UsherProcess, business: MakeBusiness
) -> None:
    made = await business(people=0, seats=1)
    async with Client(server.url, made.token) as client, client.live() as live:
        await cluster.stop()
        await live.subscribe(SEATS)
        assert await closed_with(live) == TRY_AGAIN_LATER


async def test_a_subscription_goes_on_through_an_outage_in_which_nothing_had_to_be_told(
    cluster: Cluster, server: UsherProcess, business: MakeBusiness
) -> None:
    made = await business(people=1, seats=1)
    async with Client(server.url, made.token) as client, client.live() as live:
        await live.subscribe(SEATS)
        assert (await next_update(live))[2]["PRO"] == (1, 0, 0)
        await cluster.stop()
        await cluster.start()
        values = {"userId": made.users[0], "packageId": made.packages["PRO"]}
        answer = await client.post(ASSIGN, input=values)
        while "errors" in answer:
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAVAILABLE"]
            answer = await client.post(ASSIGN, input=values)
        assert answer["data"] == {"assignLicense": {"__typename": "LicenseAssigned"}}
        assert (await next_update(live))[1:] == (False, {"PRO": (1, 1, 0)})


async def test_a_query_over_a_socket_is_told_of_the_outage_and_the_socket_stays(
    cluster: Cluster, server: UsherProcess, business: MakeBusiness
) -> None:
    made = await business(people=0, seats=1)
    async with Client(server.url, made.token) as client, client.live() as live:
        await cluster.stop()
        await live.subscribe("{ packages { code } }")
        message = await live.receive()
        errors = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
        assert [error["extensions"]["code"] for error in errors] == ["UNAVAILABLE"]
        await live.send(type="ping")
        while message["type"] != "pong":
            message = await live.receive()


ASSIGN = "mutation ($input: AssignLicenseInput!) { assignLicense(input: $input) { __typename } }"
