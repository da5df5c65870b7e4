"""Files that options name: none that is missing, unreadable or no JSON gets as far as a trial."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.ascend import option_files, parameters
from har_model.errors import UsageError
from tests.contract.double.common import keys

_MIXLIST = '{"black-list": {"to-remove": ["Xlog1py"], "to-add": ["MatMul"]}, "white-list": {"to-add": ["Add"]}}'
_JSON = ["fusion_switch_file", "modify_mixlist"]
_OTHER = ["compress_weight_conf", "customize_dtypes", "insert_op_file", "op_precision_mode"]


def _refusal(name, path):
    with pytest.raises(UsageError) as caught:
        option_files.check(name, str(path))
    sentence = str(caught.value)
    assert sentence.startswith("The npu option %s " % name) and sentence.endswith(".") and "\n" not in sentence
    return sentence


def test_the_files_are_those_that_the_double_looks_for():
    assert set(option_files.NAMES) == set(keys.FILES) == set(_JSON + _OTHER)
    assert set(option_files.OF_JSON) == set(keys.FILES_OF_JSON) == set(_JSON)


@pytest.mark.parametrize("name", _JSON + _OTHER)
def test_a_file_that_is_there_is_taken(name, tmp_path):
    path = tmp_path / "given.json"
    path.write_text(_MIXLIST)
    assert option_files.check(name, str(path)) is None
    assert parameters.parse(name, str(path)) == str(path)


@pytest.mark.parametrize("name", _JSON + _OTHER)
def test_a_missing_file_a_folder_and_a_relative_path_are_none(name, tmp_path, monkeypatch):
    monkeypatch.chdir(str(tmp_path))
    (tmp_path / "given.json").write_text("{}")
    for path in (tmp_path / "absent.json", tmp_path, "given.json"):
        assert "is the whole path of a file, and %r is none" % str(path) in _refusal(name, path)


@pytest.mark.parametrize("name", _JSON)
@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "not JSON: Expecting value: line 1"),
        (b"black-list: [MatMul]", "not JSON"),
        (_MIXLIST[:-1].encode(), "not JSON"),
        (b'{"a": "\xff"}', "not JSON"),
        (b"[" * 100000, "not JSON"),
        (b"[]", "JSON but no object"),
        (b'"MatMul"', "JSON but no object"),
        (b"null", "JSON but no object"),
    ],
)
def test_a_file_that_is_no_json_object_is_refused(name, content, words, tmp_path):
    path = tmp_path / "given.json"
    path.write_bytes(content)
    assert words in _refusal(name, path)
    with pytest.raises(UsageError, match=words):
        parameters.parse_all({name: str(path)}, "allow_mix_precision")


@pytest.mark.parametrize("name", _OTHER)
def test_other_files_may_be_of_another_form(name, tmp_path):
    path = tmp_path / "given.ini"
    path.write_text("[ByOpType]\nSoftmaxV2=high_precision\n")
    assert parameters.parse(name, str(path)) == str(path)


def test_a_byte_order_mark_is_no_part_of_the_json(tmp_path):
    path = tmp_path / "given.json"
    path.write_bytes(b"\xef\xbb\xbf" + _MIXLIST.encode())
    assert option_files.check("modify_mixlist", str(path)) is None


@pytest.mark.parametrize("name", _JSON + _OTHER)
def test_a_file_that_cannot_be_read_is_one_sentence(name, tmp_path, monkeypatch):
    path = tmp_path / "given.json"
    path.write_text("{}")

    def deny(*_arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(option_files, "open", deny, raising=False)
    assert _refusal(name, path).endswith("which cannot be read: Permission denied.")


@given(st.dictionaries(st.text(), st.recursive(st.none() | st.text(), st.lists, max_leaves=5)))
def test_every_json_object_is_taken(tmp_path_factory, document):
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(document))
    assert option_files.check("fusion_switch_file", str(path)) is None


@given(st.binary())
def test_any_content_is_taken_or_a_usage_error(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.bin"
    path.write_bytes(content)
    try:
        option_files.check("modify_mixlist", str(path))
    except UsageError:
        return
    assert isinstance(json.loads(content.decode("utf-8-sig")), dict)
