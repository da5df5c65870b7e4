import io
import os
import pathlib
import shutil

import numpy as np
import pytest

from har_model import dataset
from har_model.dataset import cache, uci_har
from har_model.dataset.signals import SIGNALS
from har_model.errors import DataError
from tests import shared_inputs


def _edit(root, name, change):
    path = pathlib.Path(root) / name
    path.write_bytes(change(path.read_bytes()))


def _sentence(root):
    with pytest.raises(DataError) as caught:
        uci_har.read(root)
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


def test_channels_stand_in_the_fixed_order_and_labels_from_zero(root):
    found = uci_har.read(root)
    assert found.train.windows.shape == (30, 128, 9) and found.train.windows.dtype == np.float32
    assert found.test.labels.tolist() == [0, 1, 2, 3, 4, 5] * 2 and found.test.labels.dtype == np.int32
    for channel, signal in enumerate(SIGNALS):
        text = np.loadtxt(os.path.join(root, "train", "Inertial Signals", signal + "_train.txt"))
        np.testing.assert_array_equal(found.train.windows[..., channel], text.astype(np.float32))


def test_the_second_reading_comes_from_the_cache_and_is_equal(root):
    first = uci_har.read(root)
    assert len(os.listdir(os.path.join(cache.folder(), "parsed"))) == 1
    second = uci_har.read(root)
    assert first.fingerprint == second.fingerprint
    np.testing.assert_array_equal(first.train.windows, second.train.windows)


def test_nothing_is_written_beside_the_data(root):
    before = sorted(str(path) for path in pathlib.Path(root).rglob("*"))
    uci_har.read(root)
    assert sorted(str(path) for path in pathlib.Path(root).rglob("*")) == before


@pytest.mark.parametrize(
    "damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b[:2000] + b"\xff" * 9 + b[2009:]]
)
def test_a_damaged_cache_is_made_again(root, damage):
    first = uci_har.read(root)
    (name,) = os.listdir(os.path.join(cache.folder(), "parsed"))
    _edit(os.path.join(cache.folder(), "parsed"), name, damage)
    second = uci_har.read(root)
    assert second.fingerprint == first.fingerprint
    np.testing.assert_array_equal(first.train.windows, second.train.windows)


def test_a_changed_file_never_meets_an_old_cache(root):
    first = uci_har.read(root)
    _edit(root, "train/y_train.txt", lambda content: content.replace(b"1\n", b"2\n", 1))
    second = uci_har.read(root)
    assert second.fingerprint != first.fingerprint and second.train.labels[0] == 1


def test_without_a_cache_folder_everything_works(root, tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("HARBENCH_CACHE", str(tmp_path / "file" / "below"))
    assert len(uci_har.read(root).train.labels) == 30


def test_line_ends_and_spacing_do_not_change_the_fingerprint(root):
    first = uci_har.read(root)
    for path in uci_har.files():
        _edit(root, path, lambda content: b"  " + content.replace(b"\n", b" \r\n").replace(b" ", b"  "))
    assert uci_har.read(root).fingerprint == first.fingerprint


@pytest.mark.parametrize(
    "name, change, words",
    [
        ("train/y_train.txt", lambda b: b.replace(b"6\n", b"7\n", 1), ["y_train.txt", "line 6", "label 7", "1 to 6"]),
        ("train/y_train.txt", lambda b: b.replace(b"1\n", b"0\n", 1), ["line 1", "label 0"]),
        ("train/y_train.txt", lambda b: b.replace(b"1\n", b"1.5\n", 1), ["line 1", "1.5"]),
        ("test/y_test.txt", lambda b: b"3\n" + b, ["y_test.txt", "13 labels", "12 lines"]),
        ("test/y_test.txt", lambda b: b"", ["y_test.txt", "empty"]),
        (
            "test/Inertial Signals/body_gyro_y_test.txt",
            lambda b: b[: b.rindex(b" ")],
            ["body_gyro_y_test.txt", "line 12", "127"],
        ),
        (
            "test/Inertial Signals/body_acc_x_test.txt",
            lambda b: b"NaN " + b.lstrip().split(b" ", 1)[1],
            ["line 1", "NaN", "finite"],
        ),
        ("test/Inertial Signals/body_acc_x_test.txt", lambda b: b[: len(b) // 2], ["body_acc_x_test.txt"]),
    ],
)
def test_bad_data_is_named_with_file_and_line(root, name, change, words):
    _edit(root, name, change)
    sentence = _sentence(root)
    assert all(word in sentence for word in words), sentence


@pytest.mark.parametrize(
    "found, wanted",
    [
        ("train/InertialSignals", "train/Inertial Signals"),
        ("train/inertial signals", "train/Inertial Signals"),
        ("train/Y_train.txt", "train/y_train.txt"),
        ("test/Inertial Signals/Body_acc_x_test.TXT", "test/Inertial Signals/body_acc_x_test.txt"),
    ],
)
def test_a_near_match_is_named_and_never_taken(root, found, wanted):
    os.rename(os.path.join(root, wanted), os.path.join(root, found))
    sentence = _sentence(root)
    assert found in sentence and "rename" in sentence


def test_a_missing_file_is_named_with_the_path_tried(root):
    os.unlink(os.path.join(root, "train", "Inertial Signals", "total_acc_z_train.txt"))
    assert os.path.join(root, "train", "Inertial Signals", "total_acc_z_train.txt") in _sentence(root)


def test_backups_and_resource_forks_beside_the_data_are_passed_over(root):
    folder = pathlib.Path(root) / "test" / "Inertial Signals"
    (folder / "body_acc_x_test.txt~").write_bytes(b"rubbish")
    (folder / "._body_acc_x_test.txt").write_bytes(b"\x00" * 200)
    assert len(uci_har.read(root).test.labels) == 12


def test_a_git_lfs_pointer_is_called_one(root):
    _edit(root, "train/y_train.txt", lambda b: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    assert "Git LFS" in _sentence(root)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_a_folder_that_may_not_be_written_works(root):
    for path in [root] + [str(path) for path in pathlib.Path(root).rglob("*")]:
        os.chmod(path, 0o555 if os.path.isdir(path) else 0o444)
    assert len(uci_har.read(root).train.labels) == 30


def test_a_part_is_called_a_part(root):
    found = uci_har.read(root)
    assert not found.is_complete and "a part of" in found.sentence()


def test_the_real_subset_has_its_known_shape_and_values():
    found = dataset.load(shared_inputs.subset_path())
    assert found.train.windows.shape == (2400, 128, 9) and found.test.windows.shape == (950, 128, 9)
    assert found.test.class_counts() == [160, 152, 135, 158, 172, 173]
    assert found.train.windows[0, 0, 0] == np.float32(-0.003655)
    again = dataset.load(shared_inputs.subset_path())
    assert again.fingerprint == found.fingerprint


def test_labels_that_an_editor_saved_as_utf16_are_the_same_labels(tmp_path):
    saved = shared_inputs.path("cases", "dataset", "files", "y_test.utf16.txt")
    shutil.copyfile(saved, str(tmp_path / "y.txt"))
    content = uci_har.text.read_bytes(str(tmp_path / "y.txt"))
    labels = uci_har._labels(content, "y")
    assert np.bincount(labels).tolist() == [496, 471, 420, 491, 532, 537]


@pytest.mark.parametrize("twin", ["train/Y_train.txt", "Train", "test/inertial signals"])
def test_names_that_differ_in_case_alone_are_refused_and_both_named(root, twin):
    path = pathlib.Path(root) / twin
    if path.exists():
        pytest.skip("this file system does not tell upper from lower case")
    if path.suffix:
        path.write_bytes(b"1\n")
    else:
        path.mkdir()
    assert repr(path.name) in _sentence(root)


@pytest.mark.parametrize(
    "found, word",
    [
        ("y_train.txt.gz", "unpack it as"),
        ("y_train (1).txt", "rename it to"),
        ("y_train.txt~", "rename it to"),
        ("y_train", "rename it to"),
    ],
)
def test_copies_and_packed_files_are_named_as_near_matches(root, found, word):
    os.rename(os.path.join(root, "train", "y_train.txt"), os.path.join(root, "train", found))
    sentence = _sentence(root)
    assert found in sentence and word in sentence


def test_a_link_that_leads_nowhere_is_called_one(root):
    path = os.path.join(root, "train", "y_train.txt")
    os.unlink(path)
    os.symlink(".git/annex/objects/none", path)
    assert "link to '.git/annex/objects/none'" in _sentence(root)


def test_signals_that_lie_beside_the_labels_are_pointed_out(root):
    folder = os.path.join(root, "train", "Inertial Signals")
    for name in os.listdir(folder):
        os.rename(os.path.join(folder, name), os.path.join(root, "train", name))
    os.rmdir(folder)
    assert "put them into a folder 'Inertial Signals'" in _sentence(root)


def _npz(**arrays):
    content = io.BytesIO()
    np.savez(content, **arrays)
    return content.getvalue()


@pytest.mark.parametrize(
    "content", [b"\x93NUMPY rubbish", _npz(train_windows=np.zeros(3)), _npz(train_labels=np.array(["a"]))]
)
def test_a_stranger_in_the_place_of_the_cache_is_made_again(root, content):
    first = uci_har.read(root)
    (name,) = os.listdir(os.path.join(cache.folder(), "parsed"))
    _edit(os.path.join(cache.folder(), "parsed"), name, lambda _: content)
    assert uci_har.read(root).fingerprint == first.fingerprint
