import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends import atc
from har_model.config import NetworkConfig
from har_model.errors import UsageError


def test_the_command_is_the_ports_own_for_its_network():
    assert atc.command("model.pb", "Ascend310", NetworkConfig(), 1) == (
        "atc --model=model.pb --framework=3 --output=model --soc_version=Ascend310 "
        '--input_shape="X:1,128,9" --log=info --out_nodes="output:0"'
    )


@given(
    st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), min_size=1), st.integers(1, 4096)
)
def test_whatever_the_path_a_shell_reads_it_back(path, batch):
    words = shlex.split(atc.command("/" + path + "x.pb", "Ascend310P3", NetworkConfig(), batch))
    assert words[1] == "--model=/" + path + "x.pb" and words[3] == "--output=/" + path + "x"
    assert words[5] == "--input_shape=X:%d,128,9" % batch and len(words) == 8


@pytest.mark.parametrize(
    "name, chip",
    [
        ("Ascend310", "Ascend310"),
        ("ascend310p3", "Ascend310P3"),
        ("910B4-1", "Ascend910B4-1"),
        (" 910proa ", "Ascend910ProA"),
        ("Ascend910_9391", "Ascend910_9391"),
    ],
)
def test_a_chip_is_known_with_or_without_ascend_and_in_any_case(name, chip):
    assert atc.chip_of(name) == chip


@pytest.mark.parametrize("name", ["", "Ascend", "Ascend311", "V100", "Ascend910;rm", "AscendAscend310"])
def test_another_chip_is_refused_with_where_its_name_stands(name):
    with pytest.raises(UsageError, match="npu-smi info") as error:
        atc.chip_of(name)
    assert "Ascend310P3" in str(error.value)


@pytest.mark.parametrize("path", ["x.om", "a/b.OM", "x.pb.om"])
def test_a_graph_is_not_named_as_what_atc_leaves(path):
    with pytest.raises(UsageError, match=r"name the graph '.*\.pb'"):
        atc.check_model_path(path)


@given(st.text("om.Ox/", min_size=1))
def test_atc_never_writes_onto_the_graph_that_it_reads(path):
    try:
        atc.check_model_path(path)
    except UsageError:
        return
    words = shlex.split(atc.command(path, "Ascend310", NetworkConfig(), 1))
    assert words[3][len("--output=") :].lower() + ".om" != path.lower()
