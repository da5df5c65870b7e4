"""docs/ascend.md and its Chinese twin say the same of what a user must know before a run."""

import re
from pathlib import Path

import pytest

from backends.ascend import precision
from backends.telemetry.npu_smi.chips import Family, family

_ROOT = Path(__file__).resolve().parents[3]
_TEXTS = {name: (_ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("ascend.md", "ascend.zh-CN.md")}
pages = pytest.mark.parametrize("text", _TEXTS.values(), ids=_TEXTS)


@pages
def test_each_page_tells_what_tensorflow_2_lacks(text):
    (part,) = [one for one in text.split("\n\n") if "`npu_init`" in one]
    for word in ("2.6.5", "`--kernel fused`", "`--loss-scale`", "dropout"):
        assert word in part


@pages
def test_each_page_names_the_precisions_that_are_doubted(text):
    (part,) = [one for one in text.split("\n\n") if "`must_keep_origin_dtype`" in one]
    assert all("`%s`" % name in part for name in precision.INFERENCE_MODES + precision.ORIGIN_MODES)


@pages
def test_each_page_names_the_chips_that_the_adapters_documents_name(text):
    (row,) = [line for line in text.splitlines() if "`/dev/davinci_manager`" in line and line.startswith("|")]
    named = set(re.findall(r"910[A-Z]\w*|A2|A3|950", row))
    assert named == {"910A", "910ProA", "910ProB", "910PremiumA", "910B", "A2", "A3", "950"}
    first = {name for name in named if family(name) is Family.FIRST_GENERATION}
    assert first == {"910A", "910ProA", "910ProB", "910PremiumA"}  # 910B tells it by its memory alone


@pages
def test_each_page_sends_to_the_first_error_and_names_the_npu_whose_health_is_asked(text):
    (row,) = [line for line in text.splitlines() if "`retCode=0x91`" in line]
    assert any(word in row for word in ("read the first error before it", "看它之前的第一个错误"))
    for answered in re.findall(r"npu-smi info -t [^`]*", text):
        assert " -i " in answered  # without it the tool refuses the question
