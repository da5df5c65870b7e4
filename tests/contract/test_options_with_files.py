"""Options that name a file: the adapter passes the path on unread, so the double looks whether there is one."""

import pytest

from tests.contract.attr_values import read, refused
from tests.contract.double.common.contract import ContractViolation, Refusal
from tests.contract.double.common.variant import NEW, OLD

_JSON = ["fusion_switch_file", "modify_mixlist"]
_OTHER = ["compress_weight_conf", "customize_dtypes", "insert_op_file", "op_precision_mode"]
_MIXED = {"precision_mode": "allow_mix_precision"}


@pytest.fixture
def path(tmp_path):
    place = tmp_path / "given.json"
    place.write_text("{}")
    return place


@pytest.mark.parametrize("key", _JSON + _OTHER)
def test_a_file_that_does_not_exist_is_a_violation(key, path):
    text = refused(ContractViolation, NEW, **dict(_MIXED, **{key: str(path) + ".absent"}))
    assert text == "%s names the file '%s.absent', which does not exist" % (key, path)
    assert "does not exist" in refused(ContractViolation, NEW, **dict(_MIXED, **{key: str(path.parent)}))
    assert read(NEW, **dict(_MIXED, **{key: str(path)})).on_device


@pytest.mark.parametrize("key", ["compress_weight_conf", "fusion_switch_file"])
def test_old_looks_for_the_files_that_it_knows(key, path):
    assert "does not exist" in refused(ContractViolation, OLD, **{key: "/nowhere/at/all.json"})
    assert read(OLD, **{key: str(path)}).on_device


@pytest.mark.parametrize("key", _JSON)
@pytest.mark.parametrize("content, words", [("", "is not JSON"), ("[Fusion]", "is not JSON"), ("[]", "no JSON object")])
def test_a_file_of_json_must_hold_an_object(key, content, words, path):
    path.write_text(content)
    assert words in refused(ContractViolation, NEW, **dict(_MIXED, **{key: str(path)}))


@pytest.mark.parametrize("key", _OTHER)
def test_another_file_need_not_be_json(key, path):
    path.write_text("[ByOpType]")
    assert read(NEW, **{key: str(path)}).on_device


@pytest.mark.parametrize("given_modes", [{}, {"precision_mode": "force_fp32"}, {"precision_mode_v2": "origin"}])
def test_a_mixlist_needs_a_mixed_mode(given_modes, path):
    text = refused(Refusal, NEW, modify_mixlist=str(path), **given_modes)
    assert text.startswith("modify_mixlist is assigned, please ensure ")
    assert read(NEW, modify_mixlist=str(path), precision_mode="allow_mix_precision").on_device
