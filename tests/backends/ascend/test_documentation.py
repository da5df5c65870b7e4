"""docs/ascend.md and its Chinese twin say the same of what a user must know before a run."""

import re
from pathlib import Path

import pytest

from backends.ascend import precision

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
