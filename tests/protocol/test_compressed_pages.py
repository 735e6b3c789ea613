"""Pages and assets in the copy that the client prefers: Brotli, gzip, or as they are."""

import gzip
import subprocess
from collections.abc import Mapping
from pathlib import Path

import httpx2
import pytest

from api.app import make_app
from api.pages.portal import PATHS, Portal
from api.schema.context import Services
from models.events.seat_feed import Feed
from payments import make_provider
from scripts.node import NODE
from tests.conftest import INSTALL_URL, ORIGINS, ROOT
from tests.fuzz.raw import Answer, exchange

PORTAL, EXPLORER = ROOT / "portal" / "dist", ROOT / "explorer" / "dist"
COMPRESSIBLE = {".css", ".html", ".js", ".md", ".svg", ".ttf"}
ENDINGS = {"br": ".br", "gzip": ".gz", None: ""}
DECOMPRESS = """
const { readFileSync } = require("node:fs"), { brotliDecompressSync } = require("node:zlib");
for (const file of process.argv.slice(1))
  if (!brotliDecompressSync(readFileSync(`${file}.br`)).equals(readFileSync(file))) throw new Error(file);
"""


def built(folder: Path) -> list[Path]:
    """The files that are served from a folder, without their copies."""
    return [folder / "index.html", *(path for path in (folder / "assets").iterdir() if path.suffix in COMPRESSIBLE)]


def script(folder: Path) -> Path:
    """The script that a page begins with."""
    return max((folder / "assets").glob("index-*.js"), key=lambda path: path.stat().st_size)


def copy(path: Path, coding: str | None) -> bytes:
    return path.with_name(path.name + ENDINGS[coding]).read_bytes()


async def ask(url: str, path: str, accept: str | None, *fields: tuple[str, bytes], method: str = "GET") -> Answer:
    accepting = [] if accept is None else [("accept-encoding", accept.encode())]
    return await exchange(url, method, path.encode(), [*accepting, *fields])


def varying(headers: Mapping[str, str]) -> list[str]:
    """The fields of a request that decide which answer it gets."""
    return headers["vary"].split(", ")


SCRIPT = f"/portal/assets/{script(PORTAL).name}"


@pytest.mark.parametrize("folder", [PORTAL, EXPLORER], ids=["portal", "explorer"])
def test_the_copies_are_made_of_every_file_and_decompress_to_it(folder: Path) -> None:
    files = built(folder)
    assert len(files) > 15
    assert [path.name for path in files if gzip.decompress(copy(path, "gzip")) != path.read_bytes()] == []
    # The smallest are not worth it twice; all others have become smaller by Brotli than by gzip.
    assert [path.name for path in files if not len(copy(path, "br")) < len(copy(path, "gzip"))] == []
    subprocess.run([str(NODE), "-e", DECOMPRESS, *map(str, files)], check=True)


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        (None, None),
        ("", None),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP", "gzip"),
        ("deflate, zstd", None),
        ("gzip;q=0.9, br;q=0.8", "gzip"),
        ("gzip; q=0.5 , br ; q=0.8", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0, gzip;q=0", None),
        ("br;q=0.001", "br"),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.5, gzip", "gzip"),
        ("identity;q=0, gzip", "gzip"),
        ("identity;q=0, *", "br"),
        ("*;q=0, gzip", "gzip"),
        ("*", "br"),
        ("*;q=0.1, br;q=0", "gzip"),
        ("*;q=0", None),
        # Nothing is left that it would accept: better the file than none.
        ("identity;q=0", None),
        ("br;q=much, gzip", "gzip"),
    ],
)
async def test_the_copy_is_the_one_that_the_client_prefers(
    server_url: str, accept: str | None, coding: str | None
) -> None:
    answer = await ask(server_url, SCRIPT, accept)
    assert (answer.status, answer.headers.get("content-encoding")) == (200, coding)
    assert answer.content == copy(script(PORTAL), coding)
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["content-type"].partition(";")[0] == "text/javascript"
    assert "Accept-Encoding" in varying(answer.headers)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_several_fields_count_as_one(server_url: str) -> None:
    answer = await ask(server_url, SCRIPT, "br;q=0.1", ("accept-encoding", b"gzip"))
    assert answer.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize(("path", "folder"), [*((path, PORTAL) for path in PATHS), ("/graphiql", EXPLORER)])
async def test_every_page_is_compressed_too_and_keeps_its_own_headers(
    server_url: str, path: str, folder: Path
) -> None:
    plain = await ask(server_url, path, None)
    for coding in ("br", "gzip"):
        answer = await ask(server_url, path, coding)
        assert (answer.status, answer.content) == (200, copy(folder / "index.html", coding))
        assert answer.headers["content-encoding"] == coding
        own = ("content-type", "cache-control", "content-security-policy", "vary", "x-content-type-options")
        assert {name: answer.headers[name] for name in own} == {name: plain.headers[name] for name in own}


async def test_every_asset_is_had_compressed(server_url: str) -> None:
    for folder, prefix in ((PORTAL, "/portal/assets/"), (EXPLORER, "/graphiql/assets/")):
        for path in built(folder)[1:]:
            answer = await ask(server_url, prefix + path.name, "gzip, br")
            assert (answer.status, answer.content) == (200, copy(path, "br")), path.name
            assert answer.headers["content-encoding"] == "br"
            assert (
                answer.headers["content-type"]
                == (await ask(server_url, prefix + path.name, None)).headers["content-type"]
            )


@pytest.mark.parametrize("accept", ["br", "gzip", "identity"])
@pytest.mark.parametrize("path", [SCRIPT, "/", "/graphiql"])
async def test_head_tells_what_get_would(server_url: str, path: str, accept: str) -> None:
    got, head = await ask(server_url, path, accept), await ask(server_url, path, accept, method="HEAD")
    unlike = {"date"}
    assert (head.status, head.content) == (200, b"")
    assert {name: value for name, value in head.headers.items() if name not in unlike} == {
        name: value for name, value in got.headers.items() if name not in unlike
    }


async def test_each_copy_has_an_etag_of_its_own_and_is_not_sent_again_for_that_alone(server_url: str) -> None:
    accepting = ["br", "gzip", "identity"]
    tags = {accept: (await ask(server_url, SCRIPT, accept)).headers["etag"] for accept in accepting}
    assert len(set(tags.values())) == 3
    for accept in accepting:
        for tagged, tag in tags.items():
            answer = await ask(server_url, SCRIPT, accept, ("if-none-match", tag.encode()))
            assert answer.status == (304 if tagged == accept else 200), (accept, tagged)
            assert answer.headers["etag"] == tags[accept]
            assert "Accept-Encoding" in varying(answer.headers)
            if answer.status == 304:
                assert answer.content == b""
                assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_a_range_is_one_of_the_file_as_it_is(server_url: str) -> None:
    whole = script(PORTAL).read_bytes()
    piece = ("range", b"bytes=1000-1499")
    for accept in (None, "br, gzip"):
        answer = await ask(server_url, SCRIPT, accept, piece)
        assert (answer.status, answer.content) == (206, whole[1000:1500])
        assert answer.headers["content-range"] == f"bytes 1000-1499/{len(whole)}"
        assert "content-encoding" not in answer.headers
    plain, compressed = await ask(server_url, SCRIPT, None), await ask(server_url, SCRIPT, "br")
    assert (plain.headers["accept-ranges"], compressed.headers.get("accept-ranges")) == ("bytes", None)
    unchanged = await ask(server_url, SCRIPT, "br", piece, ("if-range", plain.headers["etag"].encode()))
    assert (unchanged.status, unchanged.content) == (206, whole[1000:1500])
    # Pieces of a compressed copy and of the file do not fit together.
    other = await ask(server_url, SCRIPT, "br", piece, ("if-range", compressed.headers["etag"].encode()))
    assert (other.status, other.content) == (200, whole)


@pytest.mark.parametrize("ending", [".br", ".gz"])
async def test_a_copy_has_no_address_of_its_own(server_url: str, ending: str) -> None:
    assert script(PORTAL).with_name(script(PORTAL).name + ending).exists()
    assert (await ask(server_url, SCRIPT + ending, "br, gzip")).status == 404


async def test_where_a_copy_is_missing_the_next_best_is_sent(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("page")
    (tmp_path / "assets" / "a.js").write_text("script")
    services = Services(Feed(), make_provider("sandbox"), ORIGINS)
    app = make_app(services, explorer=None, portal=Portal(tmp_path, INSTALL_URL, "sandbox"))
    client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://usher.example.com")
    async with client:
        for path, text in (("/", "page"), ("/portal/assets/a.js", "script")):
            answer = await client.get(path, headers={"accept-encoding": "br, gzip"})
            assert (answer.text, answer.headers.get("content-encoding")) == (text, None)
            assert "Accept-Encoding" in varying(answer.headers)
        (tmp_path / "assets" / "a.js.gz").write_bytes(gzip.compress(b"script"))
        answer = await client.get("/portal/assets/a.js", headers={"accept-encoding": "br, gzip"})
        assert (answer.text, answer.headers["content-encoding"]) == ("script", "gzip")
