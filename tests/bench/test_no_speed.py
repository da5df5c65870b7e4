"""What is about times is refused for a backend that has none."""

import pytest


@pytest.mark.parametrize(
    "arguments", [("run", "--target-interval", "2%"), ("noise",)], ids=["target-interval", "noise"]
)
def test_a_question_about_speed_is_refused_where_the_device_is_emulated(harbench, arguments):
    _, err = harbench(*arguments, "--backend", "npu-sim", "--data-path", "synthetic", expect=2)
    assert "has an accuracy and no speed" in err
