"""The archive, from a server on loopback that behaves well, badly and worse."""

import hashlib
import http.server
import io
import os
import shutil
import threading
import zipfile

import pytest

from har_model import dataset
from har_model.dataset import archive, download, locate
from har_model.errors import DataError
from tests import small_dataset


class _Handler(http.server.BaseHTTPRequestHandler):
    """Serves `server.content`; `server.behaviour` names its faults, `server.requests` keeps the Range headers."""

    def do_GET(self):
        server = self.server
        server.requests.append(self.headers.get("Range"))
        content, start, status = server.content, 0, 200
        if server.behaviour == "missing":
            return self.send_error(404)
        if server.behaviour == "busy":
            self.send_response(503)
            self.send_header("Retry-After", "3600")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        if server.behaviour == "page":
            content, kind = b"<html>busy</html>", "text/html; charset=utf-8"
        else:
            kind = "application/zip"
        if self.headers.get("Range") and server.behaviour != "no-range":
            start, status = int(self.headers["Range"][len("bytes=") : -1]), 206
            if start >= len(content):
                return self.send_error(416)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        end = len(content)
        if server.behaviour in ("cut-once", "cut-always", "no-range") and (
            len(server.requests) == 1 or server.behaviour == "cut-always"
        ):
            end = start + (end - start) // 2
        self.wfile.write(content[start:end])
        return None

    def log_message(self, *arguments):
        """Stay quiet."""


@pytest.fixture(scope="module")
def zipped(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("zip") / "UCI HAR Dataset")
    small_dataset.write(folder)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for path, _, names in os.walk(folder):
            for name in names:
                full = os.path.join(path, name)
                file.write(full, os.path.relpath(full, os.path.dirname(folder)))
        file.writestr("__MACOSX/UCI HAR Dataset/train/._y_train.txt", b"\x00" * 200)
    return content.getvalue()


@pytest.fixture
def wrapped(zipped):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("UCI HAR Dataset.zip", zipped)
        file.writestr("UCI HAR Dataset.names", b"a description")
    return content.getvalue()


@pytest.fixture
def server(wrapped, monkeypatch):
    monkeypatch.setattr(download, "_RETRIES", 3)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as running:
        running.content, running.behaviour, running.requests = wrapped, "well", []
        running.url = "http://127.0.0.1:%d/har.zip" % running.server_address[1]
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def _sha(content):
    return hashlib.sha256(content).hexdigest()


def _goes_on(server):
    """Whether the last request asked for what was missing: behind what came, at most one chunk lost."""
    cut = len(server.content) // 2
    return cut - download._CHUNK <= int(str(server.requests[-1])[len("bytes=") : -1]) <= cut


def _unpacked():
    return os.path.join(locate.unpacked_folder(), "UCI HAR Dataset")


def _refused(call):
    with pytest.raises(DataError) as caught:
        call()
    assert "\n" not in str(caught.value)
    assert not os.path.exists(_unpacked())
    left = os.listdir(locate.unpacked_folder()) if os.path.isdir(locate.unpacked_folder()) else []
    assert not any(name.startswith(".unpack") for name in left)
    return str(caught.value)


def test_the_wrapper_is_downloaded_checked_unpacked_and_then_found(server, zipped):
    heard = []
    fetched = archive.fetch(
        server.url, accept_sha256=_sha(zipped), progress=lambda done, total: heard.append((done, total))
    )
    assert not fetched.was_there and fetched.sha256 == _sha(zipped)
    assert heard[-1] == (len(server.content), len(server.content))
    assert len(dataset.load().train.labels) == 30 and dataset.load().kind == "real"
    assert os.listdir(locate.unpacked_folder()) == ["UCI HAR Dataset"]
    again = archive.fetch(server.url)
    assert again.was_there and len(server.requests) == 1


def test_the_plain_archive_is_taken_too(server, zipped):
    server.content = zipped
    assert archive.fetch(server.url, accept_sha256=_sha(zipped)).sha256 == _sha(zipped)


def test_a_download_that_breaks_off_goes_on_where_it_was(server, zipped):
    server.behaviour = "cut-once"
    archive.fetch(server.url, accept_sha256=_sha(zipped))
    assert len(server.requests) == 2 and server.requests[0] is None
    assert _goes_on(server)


def test_a_later_call_goes_on_too(server, zipped, monkeypatch):
    server.behaviour = "cut-always"
    monkeypatch.setattr(download, "_RETRIES", 1)
    assert "broke off" in _refused(lambda: archive.fetch(server.url, accept_sha256=_sha(zipped)))
    server.behaviour = "well"
    archive.fetch(server.url, accept_sha256=_sha(zipped))
    assert _goes_on(server)


def test_a_server_that_knows_no_ranges_is_asked_for_the_whole_again(server, zipped):
    server.behaviour = "no-range"
    archive.fetch(server.url, accept_sha256=_sha(zipped))
    assert os.path.isdir(_unpacked())


@pytest.mark.parametrize("behaviour, word", [("missing", "404"), ("page", "web page"), ("cut-always", "broke off")])
def test_a_server_that_does_not_give_it_is_one_sentence(server, behaviour, word):
    server.behaviour = behaviour
    assert word in _refused(lambda: archive.fetch(server.url))


def test_no_server_at_all_is_one_sentence(monkeypatch):
    monkeypatch.setattr(download, "_RETRIES", 1)
    assert "--archive" in _refused(lambda: archive.fetch("http://127.0.0.1:9/none.zip"))


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/har.zip", "file:///etc/passwd", "har.zip"])
def test_other_addresses_are_refused(url):
    assert "http" in _refused(lambda: archive.fetch(url))


def test_another_archive_is_refused_with_both_sums_and_can_be_accepted_by_name(server, zipped):
    sentence = _refused(lambda: archive.fetch(server.url))
    assert archive.OFFICIAL_SHA256 in sentence and "--accept-sha256 " + _sha(zipped) in sentence
    archive.fetch(server.url, accept_sha256=_sha(zipped).upper())
    assert os.path.isdir(_unpacked())


@pytest.mark.parametrize(
    "damage",
    [
        lambda b: b[: len(b) // 2],
        lambda b: b"",
        lambda b: b"not a zip" * 20,
        lambda b: b[:200] + b"\x00" * 64 + b[264:],
    ],
)
def test_a_cut_or_tampered_archive_is_named(tmp_path, wrapped, zipped, damage):
    path = tmp_path / "har.zip"
    path.write_bytes(damage(wrapped))
    sentence = _refused(lambda: archive.fetch(archive=str(path), accept_sha256=_sha(zipped)))
    assert str(path) in sentence and "delete" not in sentence  # it is the user's own


@pytest.mark.parametrize("is_ours", [False, True])
@pytest.mark.parametrize("place", ["directory", "member"])
def test_a_damaged_archive_is_to_be_deleted_only_where_it_was_downloaded(server, tmp_path, zipped, place, is_ours):
    content = b"no zip" if place == "directory" else zipped[:200] + b"\x00" * 64 + zipped[264:]
    server.content = content
    path = tmp_path / "passwd"
    path.write_bytes(content)
    source = {"url": server.url} if is_ours else {"archive": str(path)}
    sentence = _refused(lambda: archive.fetch(accept_sha256=_sha(content), **source))
    assert "damaged" in sentence
    assert sentence.endswith("; delete it and fetch it again." if is_ours else "; give another one with --archive.")


def _zip_of(*members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for member, data in members:
            file.writestr(member, data)
    return content.getvalue()


def _link():
    member = zipfile.ZipInfo("train/link")
    member.external_attr = 0o120777 << 16
    return member


@pytest.mark.parametrize(
    "member",
    ["../outside.txt", "/etc/outside.txt", "train/../../outside.txt", "C:/outside.txt", "..\\outside.txt", _link()],
)
def test_members_that_lead_outside_are_refused(tmp_path, member):
    content = _zip_of((member, b"x"))
    path = tmp_path / "har.zip"
    path.write_bytes(content)
    assert "tampered" in _refused(lambda: archive.fetch(archive=str(path), accept_sha256=_sha(content)))
    assert not list(tmp_path.rglob("outside.txt"))


def test_an_archive_far_too_large_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "_MOST_BYTES", 1000)
    content = _zip_of(("train/big", b"x" * 2000))
    path = tmp_path / "har.zip"
    path.write_bytes(content)
    assert "larger" in _refused(lambda: archive.fetch(archive=str(path), accept_sha256=_sha(content)))


def test_an_archive_of_something_else_is_refused(tmp_path):
    content = _zip_of(("readme.txt", b"hello"))
    path = tmp_path / "har.zip"
    path.write_bytes(content)
    assert "does not hold" in _refused(lambda: archive.fetch(archive=str(path), accept_sha256=_sha(content)))


def test_a_missing_archive_is_one_sentence(tmp_path):
    assert "none.zip" in _refused(lambda: archive.fetch(archive=str(tmp_path / "none.zip")))


def test_a_refused_download_is_not_continued(server, zipped):
    _refused(lambda: archive.fetch(server.url))
    archive.fetch(server.url, accept_sha256=_sha(zipped))
    assert server.requests == [None, None]


def _rezipped(zipped, prefix, *more):
    """The same members below another folder, and some more."""
    with zipfile.ZipFile(io.BytesIO(zipped)) as old:
        members = [(name.replace("UCI HAR Dataset/", prefix, 1), old.read(name)) for name in old.namelist()]
    return _zip_of(*(members + list(more)))


def _fetch_file(tmp_path, content, accept=None):
    path = tmp_path / "har.zip"
    path.write_bytes(content)
    return archive.fetch(archive=str(path), accept_sha256=accept or _sha(content))


def test_a_dataset_at_the_top_of_its_archive_is_unpacked(tmp_path, zipped):
    assert os.path.isdir(_fetch_file(tmp_path, _rezipped(zipped, "")).root)
    assert os.listdir(locate.unpacked_folder()) == ["UCI HAR Dataset"]


def test_an_archive_inside_the_dataset_does_not_make_it_a_wrapper(tmp_path, zipped):
    content = _rezipped(zipped, "UCI HAR Dataset/", ("UCI HAR Dataset/docs.zip", b"x"))
    assert not _fetch_file(tmp_path, content).was_there


@pytest.mark.parametrize("place", range(0, 100, 4))
def test_a_byte_changed_anywhere_is_one_sentence_or_no_harm(tmp_path, zipped, wrapped, place):
    for content, accepted in ((zipped, None), (wrapped, _sha(zipped))):
        changed = bytearray(content)
        changed[place * len(content) // 100] ^= 0x55
        try:
            _fetch_file(tmp_path, bytes(changed), accepted)
        except DataError as error:
            assert "\n" not in str(error)


@pytest.mark.parametrize("lose", [lambda root: os.unlink(os.path.join(root, "train", "y_train.txt")), shutil.rmtree])
def test_a_dataset_that_lost_files_is_fetched_again(server, zipped, lose):
    lose(archive.fetch(server.url, accept_sha256=_sha(zipped)).root)
    assert not archive.fetch(server.url, accept_sha256=_sha(zipped)).was_there
    assert dataset.load().kind == "real"


def test_a_cache_folder_that_cannot_be_made_is_one_sentence(server, tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("HARBENCH_CACHE", str(tmp_path / "file"))
    assert "cannot be made" in _refused(lambda: archive.fetch(server.url))


def test_a_server_that_asks_to_wait_is_not_waited_for(server, monkeypatch):
    monkeypatch.setattr(download, "_RETRIES", 1)
    server.behaviour = "busy"
    assert "503" in _refused(lambda: archive.fetch(server.url))
    assert len(server.requests) == 2


def test_an_endless_or_huge_download_is_bounded(server, monkeypatch):
    monkeypatch.setattr(download, "MOST_ARCHIVE_BYTES", 1000)
    assert "larger" in _refused(lambda: archive.fetch(server.url))
    assert not [name for name in os.listdir(locate.unpacked_folder()) if name.endswith(".part")]


def test_a_good_download_that_cannot_be_unpacked_stays(server, zipped, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "_unpack", full)
    assert "No space" in _refused(lambda: archive.fetch(server.url, accept_sha256=_sha(zipped)))
    assert [name for name in os.listdir(locate.unpacked_folder()) if name.endswith(".part")]


@pytest.mark.parametrize("url", ["http://a..b/har.zip", "http://[::1", "HTTP://127.0.0.1:9/none.zip"])
def test_an_address_that_leads_nowhere_is_one_sentence(url, monkeypatch):
    monkeypatch.setattr(download, "_RETRIES", 1)
    assert "cannot be reached" in _refused(lambda: archive.fetch(url))


def test_two_fetches_at_once_download_once(server, zipped):
    fetched = []
    threads = [
        threading.Thread(target=lambda: fetched.append(archive.fetch(server.url, accept_sha256=_sha(zipped))))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.was_there for one in fetched) == [False, True, True] and len(server.requests) == 1
