"""MNIST's loaders, against mirrors on loopback that serve small files of the same form.

No test needs the internet or the real files: the tables of addresses, sums and sizes are
replaced by ones for the files made here.
"""

import errno
import gzip
import hashlib
import http.server
import re
import socket
import subprocess
import sys
import threading
import tracemalloc

import numpy as np
import pooch
import pytest

from nnlib.datasets import downloads, fashion_mnist, mnist
from nnlib.datasets.downloads import COLLECTIONS, FILES, Collection
from nnlib.datasets.idx import IMAGES, LABELS, read_idx

pytestmark = pytest.mark.thorough
N_TRAIN, N_TEST = 12, 7


def idx(array, kind=8):
    """The array as the bytes of an IDX file."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    swapped = array.astype(array.dtype.newbyteorder(">"))
    return bytes([0, 0, kind, array.ndim]) + sizes + swapped.tobytes()


def small_arrays(seed):
    rng = np.random.default_rng(seed)
    sizes = [(N_TRAIN, 28, 28), (N_TRAIN,), (N_TEST, 28, 28), (N_TEST,)]
    arrays = [rng.integers(0, 256 if s[1:] else 10, s, np.uint8) for s in sizes]
    arrays[0][0, 0, :3] = arrays[2][0, 0, :3] = 0, 51, 255
    return arrays


ARRAYS = {"mnist": small_arrays(1), "fashion_mnist": small_arrays(2)}
PACKED = {  # as published: <name>.gz; the time is written into the file otherwise
    name: {
        f"{file}.gz": gzip.compress(idx(a), mtime=0) for file, a in zip(FILES, arrays)
    }
    for name, arrays in ARRAYS.items()
}


class Mirror(http.server.BaseHTTPRequestHandler):
    """The first part of an address says how this mirror behaves: /good/mnist/<file>."""

    def do_GET(self):
        way, name, file = self.path.strip("/").split("/")
        self.server.asked.append((way, file))
        body = PACKED[name][file]
        if way == "hanging":
            self.server.over.wait(5)
        if way == "broken":
            return self.send_error(503)
        if way == "endless":
            self.send_response(200)
            self.end_headers()
            return self.send_for_ever()
        if way == "wrong":
            body = gzip.compress(gzip.decompress(body)[::-1], mtime=0)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if way == "short" else body)

    def send_for_ever(self):
        try:
            while self.server.sent < 2**30:
                self.server.sent += self.wfile.write(bytes(2**16))
        except OSError:
            pass  # hung up

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    server.asked, server.sent, server.over = [], 0, threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder, and nothing between a test and its mirrors."""
    monkeypatch.setattr(pooch, "os_cache", lambda project: tmp_path / "cache" / project)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("NNLIB_QUIET", "1")
    return tmp_path / "cache" / "nnlib" / "mnist"


@pytest.fixture
def small(monkeypatch):
    """The small sets in the places of the real ones, at the given mirrors."""

    def put(*mirrors):
        for name, arrays in ARRAYS.items():
            sums = [hashlib.sha256(body).hexdigest() for body in PACKED[name].values()]
            monkeypatch.setitem(
                COLLECTIONS,
                name,
                Collection(
                    [f"{mirror}/{name}/" for mirror in mirrors],
                    [len(body) for body in PACKED[name].values()],
                    sums,
                    arrays[1][:10].tolist(),
                    (N_TRAIN, N_TEST),
                ),
            )

    return put


@pytest.fixture
def down():
    """The address of a mirror that is not there."""
    with (
        socket.socket() as bound
    ):  # bound but not listening: nobody else takes the port
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}/down"


@pytest.fixture
def folder(tmp_path, small):
    """A folder with the four files, packed, as they are published."""
    small("http://unused")
    return write_files(tmp_path / "files", PACKED["mnist"])


def write_files(folder, files):
    folder.mkdir()
    for file, body in files.items():
        (folder / file).write_bytes(body)
    return folder


def check_examples(data, name="mnist"):
    """What a loader gave is what was written."""
    arrays = ARRAYS[name]
    for (x, y), images, labels in zip(data, arrays[::2], arrays[1::2], strict=True):
        assert x.shape == (len(labels), 784) and x.dtype == np.float32
        assert y.shape == (len(labels),) and y.dtype == int
        np.testing.assert_allclose(x[0, :3], [0, 0.2, 1], rtol=1e-7)
        np.testing.assert_array_equal(np.rint(x * 255), images.reshape(-1, 784))
        np.testing.assert_array_equal(y, labels)
        assert x.flags.writeable and y.flags.writeable


def files_in(cache):
    return {path.name for path in cache.glob("*")}


# --- from mirrors


@pytest.mark.parametrize("loader", [mnist, fashion_mnist])
def test_images_and_labels_arrive(loader, server, small, cache):
    small(f"{server.url}/good")
    check_examples(loader(), loader.__name__)
    assert len(server.asked) == 4


def test_the_second_call_asks_nobody(server, small, cache):
    small(f"{server.url}/good")
    mnist()
    server.asked.clear()
    check_examples(mnist())
    assert server.asked == []
    assert files_in(cache) == set(PACKED["mnist"])


def test_the_sets_share_no_file_in_the_cache(server, small, cache):
    small(f"{server.url}/good")
    check_examples(mnist())
    check_examples(fashion_mnist(), "fashion_mnist")
    check_examples(mnist())


def test_a_damaged_file_in_the_cache_is_downloaded_again(server, small, cache):
    small(f"{server.url}/good")
    mnist()
    (cache / f"{FILES[0]}.gz").write_bytes(b"damaged")
    server.asked.clear()
    check_examples(mnist())
    assert server.asked == [("good", f"{FILES[0]}.gz")]


@pytest.mark.parametrize("way", ["broken", "wrong", "short", "hanging"])
def test_a_bad_mirror_leads_to_the_next(way, server, small, cache, monkeypatch):
    monkeypatch.setattr(downloads, "TIMEOUT", (5, 1))
    small(f"{server.url}/{way}", f"{server.url}/good")
    check_examples(mnist())
    # It is asked once, not for each file: a mirror that hangs takes half a minute.
    assert [asked for asked, _ in server.asked] == [way] + 4 * ["good"]
    assert files_in(cache) == set(PACKED["mnist"])


def test_a_mirror_that_sends_for_ever_is_stopped_at_the_files_size(
    server, small, cache
):
    small(f"{server.url}/endless")
    size = len(PACKED["mnist"][f"{FILES[0]}.gz"])
    with pytest.raises(
        ValueError, match=f"ValueError: the file must have {size:,} bytes, got more"
    ):
        mnist()
    assert server.sent < 2**25  # what the sockets between hold, not a gigabyte
    assert files_in(cache) == set()
    small(f"{server.url}/endless", f"{server.url}/good")
    check_examples(mnist())


def test_a_mirror_that_is_down_leads_to_the_next(server, small, cache, down):
    small(down, f"{server.url}/good")
    check_examples(mnist())


def test_no_good_mirror_is_one_clear_error(server, small, cache, down):
    ways = ["broken", "wrong", "short"]
    small(*[f"{server.url}/{way}" for way in ways], down)
    with pytest.raises(ValueError) as caught:
        mnist()
    first, *tried, last = str(caught.value).splitlines()
    assert "train-images-idx3-ubyte.gz must come from one of 4 mirrors" in first
    assert [re.search(r"(\w+)/mnist/", line)[1] for line in tried] == [*ways, "down"]
    for line, what in zip(
        tried, ["503", "does not match", "IncompleteRead", "refused"]
    ):
        assert what in line
    assert "mnist(folder=…)" in last
    assert files_in(cache) == set()


def test_no_good_mirror_for_a_later_file(server, small, cache):
    """What is whole stays, and is not downloaded again."""
    small(f"{server.url}/good")
    mnist()
    (cache / f"{FILES[3]}.gz").unlink()
    small(f"{server.url}/short")
    with pytest.raises(ValueError, match="t10k-labels-idx1-ubyte.gz must come from"):
        mnist()
    assert files_in(cache) == {f"{file}.gz" for file in FILES[:3]}


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_named_and_leaves_nothing(
    code, server, small, cache, monkeypatch
):
    """The disk takes the first bytes, then no more."""

    class FullDisk:
        def __init__(self, *args):
            self.file = open(*args)

        def write(self, chunk):
            self.file.write(chunk[:100])
            self.file.flush()
            assert [path.stat().st_size for path in cache.glob("*")] == [100]
            raise OSError(code, "No space left on device")

        def __getattr__(self, name):
            return getattr(self.file, name)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

    monkeypatch.setattr(downloads, "open", FullDisk, raising=False)
    small(f"{server.url}/good", f"{server.url}/good")
    with pytest.raises(OSError, match="disk is full: no room for train-images") as full:
        mnist()
    assert full.value.errno == code and str(cache) in str(full.value)
    assert len(server.asked) == 1  # another mirror would not help
    assert files_in(cache) == set()


def test_a_cache_that_cannot_be_written_is_not_the_mirrors_fault(
    server, small, cache, monkeypatch
):
    def forbidden(*_):
        raise PermissionError(errno.EACCES, "Permission denied", str(cache))

    monkeypatch.setattr(downloads, "open", forbidden, raising=False)
    small(f"{server.url}/good", f"{server.url}/good")
    with pytest.raises(PermissionError, match=re.escape(str(cache))) as caught:
        mnist()
    assert "full" not in str(caught.value)
    assert len(server.asked) == 0 and files_in(cache) == set()


def test_a_bar_unless_quiet(server, small, cache, capsys, monkeypatch):
    """For each file a line that says where it comes from, and a bar; else nothing."""
    monkeypatch.setattr(pooch.get_logger().handlers[0], "stream", sys.stderr)
    small(f"{server.url}/good")
    mnist()
    assert capsys.readouterr() == ("", "")
    for path in cache.glob("*"):
        path.unlink()
    monkeypatch.delenv("NNLIB_QUIET")
    mnist()
    out, shown = capsys.readouterr()
    assert out == "" and shown.count("100%") == 4
    assert all(f"'{server.url}/good/mnist/{file}.gz'" in shown for file in FILES)


def test_in_a_browser_the_error_says_what_to_do(server, small, cache, monkeypatch):
    small(f"{server.url}/good")
    monkeypatch.setattr(sys, "platform", "emscripten")
    with pytest.raises(
        ValueError,
        match=r"got a browser.*digits\(\).*from http.*upload.*mnist\(folder='\.'\)",
    ):
        mnist()
    assert server.asked == []


def test_a_folder_does_in_a_browser_and_without_pooch(folder, monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setitem(sys.modules, "pooch", None)
    check_examples(mnist(folder))


def test_a_missing_pooch_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(ImportError, match="pip install pooch; or .*folder=…"):
        mnist()


def test_the_import_is_light():
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, nnlib.datasets; print(*{name.partition('.')[0] for name in sys.modules})",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "nnlib" in loaded
    assert not {"pooch", "requests", "tqdm", "matplotlib", "ssl"} & set(loaded)


def test_the_real_tables_are_whole():
    """Four sums a set, all different, and mirrors of at least two owners."""
    sums = [sum_ for collection in COLLECTIONS.values() for sum_ in collection.sha256]
    assert len(set(sums)) == len(sums) == 8
    assert all(re.fullmatch("[0-9a-f]{64}", sum_) for sum_ in sums)
    for collection in COLLECTIONS.values():
        assert collection.sizes == (60_000, 10_000)
        assert all(re.fullmatch(r"https://\S+/", m) for m in collection.mirrors)
        assert len(collection.packed) == 4 and min(collection.packed) > 4000
        assert len({m.split("/")[2] for m in collection.mirrors}) >= 2


# --- from a folder


@pytest.mark.parametrize("packed", [True, False])
def test_a_folder_with_or_without_gz(packed, folder):
    if not packed:
        for path in folder.glob("*.gz"):
            path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
            path.unlink()
    check_examples(mnist(folder))
    check_examples(mnist(str(folder)))


def test_a_packed_file_may_have_lost_its_gz(folder):
    """Some browsers unpack what they save and keep the name, or the other way round."""
    (folder / f"{FILES[0]}.gz").rename(folder / FILES[0])
    labels = folder / f"{FILES[1]}.gz"
    labels.write_bytes(gzip.decompress(labels.read_bytes()))
    check_examples(mnist(folder))


def test_the_home_folder_is_understood(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder.parent))
    monkeypatch.setenv("USERPROFILE", str(folder.parent))
    check_examples(mnist("~/files"))


def test_missing_files_are_listed(folder):
    (folder / f"{FILES[1]}.gz").unlink()
    (folder / f"{FILES[3]}.gz").unlink()
    with pytest.raises(ValueError) as caught:
        mnist(folder)
    before, lacks = str(caught.value).split("it lacks ")
    assert "got 2 of these four" in before and all(file in before for file in FILES)
    assert lacks.startswith(f"{FILES[1]}, {FILES[3]}. They are at http")


def test_a_missing_folder_is_named(folder):
    with pytest.raises(ValueError, match="no such folder; it lacks train-images"):
        mnist(folder / "nowhere")


def test_the_other_set_is_recognised(folder):
    first = ARRAYS["mnist"][1][:10].tolist()
    message = f"got {first}: are these another data set's files"
    with pytest.raises(ValueError, match=re.escape(message)):
        fashion_mnist(folder)


@pytest.mark.parametrize(
    ("file", "array", "message"),
    [
        (0, ARRAYS["mnist"][1], "images .*803.*, got labels .*0x00000801"),
        (1, ARRAYS["mnist"][0], "labels .*801.*, got images .*0x00000803"),
        (2, ARRAYS["mnist"][0], r"\(7, 28, 28\), got \(12, 28, 28\)"),
        (0, ARRAYS["mnist"][0][:-1], r"\(12, 28, 28\), got \(11, 28, 28\)"),
        (0, ARRAYS["mnist"][0][:, :, 1:], r"\(12, 28, 28\), got \(12, 28, 27\)"),
        (3, ARRAYS["mnist"][3][:-1], r"\(7,\), got \(6,\)"),
    ],
)
def test_wrong_contents_are_named(file, array, message, folder):
    """Each file in another's place, and too few or too small images, or too few labels."""
    path = folder / f"{FILES[file]}.gz"
    path.write_bytes(gzip.compress(idx(array)))
    with pytest.raises(
        ValueError, match=f"{path.name} must hold (an array of shape )?{message}"
    ):
        mnist(folder)


# --- the format


def test_idx_by_hand(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255]))
    array = read_idx(path)
    assert array.dtype == np.uint8
    np.testing.assert_array_equal(array, [[1, 2, 3], [4, 5, 255]])
    path.write_bytes(bytes([0, 0, 11, 1, 0, 0, 0, 2, 1, 2, 255, 254]))  # int16
    np.testing.assert_array_equal(read_idx(path), [258, -2])


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [
        (8, np.uint8),
        (9, np.int8),
        (11, np.int16),
        (12, np.int32),
        (13, np.float32),
        (14, np.float64),
    ],
)
@pytest.mark.parametrize("shape", [(), (5,), (2, 3), (0, 4), (2, 1, 3, 2)])
def test_every_type_and_shape(kind, dtype, shape, tmp_path):
    array = np.full(shape, 77, dtype) - np.arange(np.prod(shape)).reshape(shape)
    array = np.array(array, dtype)
    (tmp_path / "file").write_bytes(idx(array, kind))
    again = read_idx(tmp_path / "file")
    assert again.dtype == array.dtype and again.dtype.isnative
    np.testing.assert_array_equal(again, array)
    assert again.flags.writeable


@pytest.mark.parametrize("magic", [IMAGES, LABELS, None])
def test_the_magic_number_is_insisted_on(magic, tmp_path):
    (tmp_path / "file").write_bytes(idx(np.zeros((2, 3, 4), np.uint8)))
    if magic == LABELS:
        with pytest.raises(ValueError, match="must hold labels .*, got images"):
            read_idx(tmp_path / "file", magic)
    else:
        assert read_idx(tmp_path / "file", magic).shape == (2, 3, 4)


def test_images_of_another_type_are_not_images(tmp_path):
    (tmp_path / "file").write_bytes(idx(np.zeros((2, 3, 4)), 14))
    with pytest.raises(ValueError, match="got something else .*0x00000e03"):
        read_idx(tmp_path / "file", IMAGES)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x08\1",
        b"\0\0\x08",
        b"<html>",
        b"\1\0\x08\1",
        b"\0\1\x08\1",
        b"\0\0\x0a\1",
    ],
)
def test_what_is_no_idx_file_is_named(content, tmp_path):
    (tmp_path / "page").write_bytes(content + bytes(20 if len(content) > 3 else 0))
    with pytest.raises(ValueError, match=r"page is no IDX file: .*, got '"):
        read_idx(tmp_path / "page")


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("change", [-1, -6, -12, +1])
def test_a_wrong_length_gives_the_numbers(change, packed, tmp_path):
    """One byte short, no data, half a header, one byte too many."""
    whole = idx(np.zeros((2, 3), np.uint8))
    content = (whole + b"\0") if change > 0 else whole[:change]
    (tmp_path / "cut").write_bytes(gzip.compress(content) if packed else content)
    got = "more" if change > 0 else len(whole) + change
    message = f"cut must have .* bytes .*got {got}:"
    with pytest.raises(ValueError, match=message):
        read_idx(tmp_path / "cut")


def test_a_header_that_promises_too_much_takes_no_memory(tmp_path):
    (tmp_path / "file").write_bytes(bytes([0, 0, 14, 8]) + 32 * b"\xff")
    with pytest.raises(ValueError, match="got 36: download it again"):
        read_idx(tmp_path / "file")


@pytest.mark.parametrize("header", ["as it should be", "of a thousand million images"])
def test_a_gzip_file_is_not_unpacked_beyond_its_images(header, folder):
    """It would become 300 MB, in a folder that somebody else has filled."""
    n = N_TRAIN if header == "as it should be" else 10**9
    start = bytes([0, 0, 8, 3]) + b"".join(k.to_bytes(4, "big") for k in (n, 28, 28))
    with gzip.open(folder / f"{FILES[0]}.gz", "wb", 1) as file:
        file.write(start)
        for _ in range(300):
            file.write(bytes(10**6))
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="got more|must hold an array of shape"):
            mnist(folder)
        assert tracemalloc.get_traced_memory()[1] < 10**7
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("cut", [11, -1, -5, -9, -30])
def test_half_a_gzip_file_is_named(cut, tmp_path):
    packed = gzip.compress(idx(np.arange(100, dtype=np.uint8)))
    (tmp_path / "half.gz").write_bytes(packed[:cut])
    with pytest.raises(ValueError, match="half.gz is not a whole gzip file"):
        read_idx(tmp_path / "half.gz")


@pytest.mark.parametrize("at", [10, 20, -6])
def test_a_damaged_gzip_file_is_named(at, tmp_path):
    """A changed byte where the packed data begin, in them, and in the sum at the end."""
    packed = bytearray(gzip.compress(idx(np.arange(100, dtype=np.uint8))))
    packed[at] ^= 255
    (tmp_path / "bad.gz").write_bytes(packed)
    said = "bad.gz is not a whole gzip file|bad.gz must have 108 bytes.*got more"
    with pytest.raises(ValueError, match=said):
        read_idx(tmp_path / "bad.gz")
