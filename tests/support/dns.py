"""A name server that answers as a test tells it to."""

import asyncio
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, cast

import dns.asyncresolver
import dns.flags
import dns.message
import dns.rcode
import dns.rrset

SILENCE = "silence"
GARBAGE = "garbage"
BROKEN = "broken"


@dataclass
class NameServer(asyncio.DatagramProtocol):
    """TXT records on a free port of 127.0.0.1, to be used with `async with`. A name it does not know is NXDOMAIN.

    A record is a list of its strings; `says` has names answered with SILENCE, GARBAGE or BROKEN (SERVFAIL).
    """

    records: dict[str, list[list[str]]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    says: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    was_asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._transport.close()

    @property
    def resolver(self) -> dns.asyncresolver.Resolver:
        """A resolver that asks this server alone."""
        resolver = dns.asyncresolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = self._transport.get_extra_info("sockname")[1]
        return resolver

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        self.asked.append(name)
        self.was_asked.set()
        says = self.says.get(name)
        if says == SILENCE:
            return
        answer = b"\xff" * 40 if says == GARBAGE else self._answer(query, name, broken=says == BROKEN).to_wire()
        cast("asyncio.DatagramTransport", self._transport).sendto(answer, address)

    def _answer(self, query: dns.message.Message, name: str, *, broken: bool) -> dns.message.Message:
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.AA | dns.flags.RA
        if alias := self.aliases.get(name):
            answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", f"{alias}."))
            name = alias
        if broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in self.records:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif texts := [" ".join(f'"{part}"' for part in parts) for parts in self.records[name]]:
            answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "TXT", *texts))
        return answer
