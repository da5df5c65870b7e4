import os
import pathlib
import shutil

import pytest

from har_model import dataset
from har_model.dataset import locate
from har_model.errors import DataError
from tests import small_dataset


def _sentence(path):
    with pytest.raises(DataError) as caught:
        locate.locate(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_root_its_parent_and_its_grandparent_are_accepted(tmp_path):
    root = small_dataset.write(str(tmp_path / "grand" / "parent" / "UCI HAR Dataset"))
    for given in (root, str(tmp_path / "grand" / "parent"), str(tmp_path / "grand")):
        assert os.path.samefile(locate.locate(given), root)


def test_the_search_order_is_option_variable_data_folder_cache_synthetic(root, tmp_path, monkeypatch):
    assert locate.locate(None) is None
    cached = os.path.join(locate.unpacked_folder(), "UCI HAR Dataset")
    shutil.copytree(root, cached)
    assert locate.locate(None) == cached
    small_dataset.write(os.path.join("data", "UCI HAR Dataset"))
    assert locate.locate(None) == os.path.join("data", "UCI HAR Dataset")
    monkeypatch.setenv("HARBENCH_DATA", root)
    assert locate.locate(None) == root
    other = small_dataset.write(str(tmp_path / "other"))
    assert locate.locate(other) == other
    assert locate.locate("synthetic") is None


def test_without_any_dataset_the_synthetic_one_serves_and_says_so():
    found = dataset.load()
    assert found.kind == "synthetic" and "harbench data fetch" in found.sentence()
    assert found.train.windows.shape == (7352, 128, 9) and found.test.windows.shape == (2947, 128, 9)


def test_an_empty_or_unrelated_data_folder_is_passed_over():
    os.makedirs("data/pictures")
    assert locate.locate(None) is None


def test_a_broken_dataset_in_the_data_folder_is_an_error_and_not_replaced_by_a_synthetic_one():
    small_dataset.write("data")
    os.unlink("data/train/y_train.txt")
    with pytest.raises(DataError, match="y_train"):
        dataset.load()


def test_the_similar_hapt_dataset_beside_it_is_not_taken(root, tmp_path):
    hapt = tmp_path / "HAPT Dataset"
    for split in ("Train", "Test", "train", "test"):
        (hapt / split).mkdir(parents=True)
        (hapt / split / ("y_%s.txt" % split.lower())).write_text("1\n")
    assert os.path.samefile(locate.locate(str(tmp_path)), root)


def test_a_macosx_folder_is_not_taken(root, tmp_path):
    shutil.copytree(root, str(tmp_path / "__MACOSX" / "UCI HAR Dataset"))
    assert os.path.samefile(locate.locate(str(tmp_path)), root)


def test_two_copies_are_ambiguous(tmp_path):
    small_dataset.write(str(tmp_path / "both" / "one"))
    small_dataset.write(str(tmp_path / "both" / "two"))
    sentence = _sentence(str(tmp_path / "both"))
    assert "one" in sentence and "two" in sentence


@pytest.mark.parametrize("name", ["my data", "数据", "a [b] *c", "it's"])
def test_any_folder_name_works(tmp_path, name):
    written = small_dataset.write(str(tmp_path / name / "UCI HAR Dataset"))
    assert len(dataset.load(str(tmp_path / name)).train.labels) == 30
    assert dataset.load(written).location == written


def test_a_link_to_the_dataset_works(root, tmp_path):
    os.symlink(root, str(tmp_path / "link"))
    assert len(dataset.load(str(tmp_path / "link")).train.labels) == 30


@pytest.mark.parametrize("part", ["train", "test", os.path.join("train", "Inertial Signals")])
def test_a_part_of_the_dataset_names_its_root(root, part):
    assert repr(root) in _sentence(os.path.join(root, part))


@pytest.mark.parametrize(
    "path, word",
    [
        ("obs://bucket/UCI HAR Dataset", "address"),
        ("s3://bucket/har", "address"),
        ("G:\\HAR", "Windows"),
        ("nowhere", "does not exist"),
    ],
)
def test_what_is_no_folder_here_says_so(path, word):
    assert word in _sentence(path)


def test_an_archive_names_the_command_that_unpacks_it(tmp_path):
    (tmp_path / "har.zip").write_bytes(b"PK")
    assert "harbench data fetch --archive" in _sentence(str(tmp_path / "har.zip"))


def test_flat_file_names_say_that_the_folders_are_lost(tmp_path):
    (tmp_path / "flat").mkdir()
    (tmp_path / "flat" / "UCI HAR Dataset_train_X_train.txt").write_text("1")
    assert "without their folders" in _sentence(str(tmp_path / "flat"))


def test_a_folder_of_something_else_says_what_was_expected(tmp_path):
    (tmp_path / "other" / "deep").mkdir(parents=True)
    assert "Inertial Signals" in _sentence(str(tmp_path / "other"))


def test_the_variable_must_hold_the_dataset_too(monkeypatch):
    monkeypatch.setenv("HARBENCH_DATA", "nowhere")
    assert "nowhere" in _sentence(None)


def test_folders_without_the_blank_lead_to_the_hint(root):
    for split in ("train", "test"):
        os.rename(os.path.join(root, split, "Inertial Signals"), os.path.join(root, split, "InertialSignals"))
    with pytest.raises(DataError, match="InertialSignals"):
        dataset.load(root)
    assert pathlib.Path(root).is_dir()


@pytest.mark.parametrize("path", ["", "  "])
def test_an_empty_path_is_a_mistake_and_not_a_wish_for_synthetic_data(path):
    assert "empty" in _sentence(path)


def _flatten(root):
    os.mkdir("data")
    for folder, _, names in os.walk(root):
        for name in names:
            os.rename(os.path.join(folder, name), os.path.join("data", "UCI HAR Dataset_" + name))


def _capitals(root):
    os.rename(root, "data")
    for split in ("train", "test"):
        os.rename(os.path.join("data", split), os.path.join("data", split.title()))


def _packed(root):
    os.mkdir("data")
    pathlib.Path("data", "UCI HAR Dataset.zip").write_bytes(b"PK")


def _part(root):
    os.rename(os.path.join(root, "train"), "data")


@pytest.mark.parametrize(
    "make, word",
    [(_flatten, "without their folders"), (_capitals, "rename"), (_packed, "--archive"), (_part, "side by side")],
)
def test_what_is_left_of_a_dataset_in_the_data_folder_is_never_passed_over(root, make, word):
    make(root)
    with pytest.raises(DataError, match=word):
        dataset.load(None)


def test_a_data_folder_that_cannot_be_read_is_never_passed_over(monkeypatch):
    os.mkdir("data")
    listed = os.listdir

    def closed(path="."):
        if path == "data":
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(os, "listdir", closed)
    assert "Permission denied" in _sentence(None)
    assert "Permission denied" in _sentence("data")


def test_a_whole_copy_is_preferred_to_a_broken_one(root, tmp_path):
    whole = small_dataset.write(str(tmp_path / "zz"))
    os.rename(os.path.join(root, "train", "Inertial Signals"), os.path.join(root, "train", "InertialSignals"))
    assert locate.find_root(str(tmp_path)) == whole


@pytest.mark.parametrize("change", [lambda p: p.split(" ")[0], lambda p: "'%s'" % p, lambda p: p + "\r"])
def test_a_path_that_was_cut_or_quoted_names_the_one_that_is_meant(root, change):
    assert repr(root) in _sentence(change(root))


def test_the_command_for_an_archive_survives_blanks(tmp_path):
    (tmp_path / "my har.zip").write_bytes(b"PK")
    assert "--archive '%s'`" % (tmp_path / "my har.zip") in _sentence(str(tmp_path / "my har.zip"))


def test_a_share_of_windows_says_so():
    assert "Windows" in _sentence("\\\\server\\har")
