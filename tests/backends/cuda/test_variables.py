import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.cuda import variables
from har_model.errors import UsageError

_UUID = "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6"
_MIG = "MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f"
_OLD_MIG = "MIG-%s/1/0" % _UUID


@pytest.mark.parametrize(
    "text, listed",
    [
        ("0", ("0",)),
        ("2, 0", ("2", "0")),
        ("", ()),
        ("-1", ()),
        ("NoDevFiles", ()),
        ("1,-1,2", ("1",)),  # CUDA stops at the first that is none
        (_UUID, (_UUID,)),
        ("%s,%s,3" % (_MIG, _OLD_MIG), (_MIG, _OLD_MIG, "3")),
    ],
)
def test_the_list_is_read_as_cuda_reads_it(text, listed):
    assert variables.entries({"CUDA_VISIBLE_DEVICES": text}) == listed


@pytest.mark.parametrize(
    "device, listed, entry",
    [
        (None, None, "0"),
        (3, None, "3"),
        (None, "2,0", "2"),
        (1, "2,0", "0"),
        (0, _UUID, _UUID),
        (1, "0," + _MIG, _MIG),
        (None, "", None),
        (None, "-1", None),
    ],
)
def test_the_device_is_an_index_into_the_users_list(device, listed, entry):
    inherited = {} if listed is None else {"CUDA_VISIBLE_DEVICES": listed}
    assert variables.device_of(device, inherited) == entry
    expected = {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "TF_FORCE_GPU_ALLOW_GROWTH": "true"}
    if entry is not None:
        expected["CUDA_VISIBLE_DEVICES"] = entry
    assert variables.of_trial(device, inherited) == expected


@pytest.mark.parametrize("device, listed", [(2, "2,0"), (0, ""), (1, _UUID), (0, "-1")])
def test_an_index_beyond_the_users_list_is_refused(device, listed):
    with pytest.raises(UsageError, match="--device %d" % device):
        variables.device_of(device, {"CUDA_VISIBLE_DEVICES": listed})


def test_an_order_in_which_numbers_mean_other_gpus_than_nvidia_smis_is_refused():
    with pytest.raises(UsageError, match="FASTEST_FIRST"):
        variables.device_of(0, {"CUDA_DEVICE_ORDER": "FASTEST_FIRST"})
    assert variables.device_of(0, {"CUDA_DEVICE_ORDER": "PCI_BUS_ID"}) == "0"


@given(st.text(alphabet="0123456789,-GPUMIGabcf/ ", max_size=40), st.none() | st.integers(0, 5))
def test_whatever_the_list_is_one_of_it_or_none_or_a_sentence_comes_back(text, device):
    inherited = {"CUDA_VISIBLE_DEVICES": text}
    try:
        entry = variables.device_of(device, inherited)
    except UsageError:
        assert device is not None
    else:
        assert entry is None or entry in text.replace(" ", "")
