"""`harbench plan` and the values of its options, called in this process."""

import json
import math

import click
import pytest
from click.testing import CliRunner

from bench.commands.plan import plan
from bench.errors import DataError, UsageError
from bench.stats import power
from tests.bench import records


@pytest.fixture
def ask(tmp_path, monkeypatch):
    """Call the command in an empty folder, without the variables of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    for name in ("OUT", "DETECT", "ACCURACY_MARGIN", "POWER", "TRIAL_NOISE", "ACCURACY_NOISE"):
        monkeypatch.delenv("HARBENCH_" + name, raising=False)

    def call(*arguments, **variables):
        answer = CliRunner().invoke(plan, arguments, env=variables, standalone_mode=False)
        if answer.exception:
            raise answer.exception
        return answer.output

    return call


def _leave(folder, step_seconds, accuracies, process_seconds=60.0):
    """Records of one cell, a trial for each step time and accuracy, each with its own seed."""
    folder.mkdir(exist_ok=True)
    for seed, (step, accuracy) in enumerate(zip(step_seconds, accuracies)):
        record = records.make(
            "r%d" % seed,
            [1.0, 0.5, step, step],
            accuracies=[accuracy],
            job__workload__seed=seed,
            process_seconds=process_seconds,
        )
        (folder / ("r%d.json" % seed)).write_text(json.dumps(record))


def test_the_noise_of_the_options_answers_without_any_record(ask):
    out = ask("--detect", "10%", "--trial-noise", "3%", "--power", "0.95")
    assert "any cell: 5 trials, time unknown (noise 3 % as given)." in out
    out = ask("--accuracy-margin", "1pp", "--accuracy-noise", "1pp")
    assert "any cell: 18 seeds, time unknown (noise 1 pp as given)." in out


@pytest.mark.parametrize("detect, is_said", [("5%", True), ("2%", True), ("20%", False)])
def test_a_difference_near_the_margin_is_said_to_need_a_smaller_one(ask, detect, is_said):
    said = ask("--detect", detect, "--trial-noise", "3%")
    assert ("needs a ratio beyond the margin, too, which is 5 %" in str(said)) == is_said


def test_the_noise_comes_from_the_records_and_so_does_the_time(ask, tmp_path):
    # Logarithms of the step times: -0.03, 0, 0.03 about one value, so 3 %; accuracies 0.90, 0.91, 0.92, so 1 pp.
    _leave(tmp_path / "results", [0.1 * math.exp(log) for log in (-0.03, 0, 0.03)], [0.90, 0.91, 0.92])
    out = ask("--detect", "10%", "--accuracy-margin", "1pp", "--power", "0.95")
    # The interval of the deviation: chi-squared with 2 degrees of freedom has its quantiles at -2 log of the tail.
    low, high = (3 / math.sqrt(-math.log(tail)) for tail in (0.025, 0.975))
    assert "5 trials, about 5 min (noise 3 %% [%.3g %%, %.3g %%] from 3 trials)." % (low, high) in out
    seeds = power.seeds_needed(0.01, 0.01, 0.95)
    assert "%d seeds, about %d min (noise 1 pp [" % (seeds, seeds) in out
    out = ask("--detect", "10%", "--power", "0.95", "--trial-noise", "3%")  # what is given goes first
    assert "5 trials, about 5 min (noise 3 % as given)." in out


def test_records_are_taken_from_where_they_are_named_or_left(ask, tmp_path):
    _leave(tmp_path / "elsewhere", [0.1, 0.11], [0.9, 0.9])
    for out in (ask("elsewhere", "--detect", "2%"), ask("--detect", "2%", HARBENCH_OUT="elsewhere")):
        assert "from 2 trials" in out
    with pytest.raises(DataError, match="nowhere"):
        ask("nowhere", "--detect", "2%")


def test_a_cell_of_one_trial_or_without_spread_takes_the_options_noise(ask, tmp_path):
    _leave(tmp_path / "results", [0.1, 0.1], [0.9, 0.9], process_seconds=30.0)
    out = ask("--detect", "10%", "--trial-noise", "3%", "--power", "0.95")
    assert "5 trials, about 3 min (noise 3 % as given)." in out  # five times half a minute, rounded up


@pytest.mark.parametrize(
    "asked, option", [(("--detect", "2%"), "--trial-noise"), (("--accuracy-margin", "1pp"), "--accuracy-noise")]
)
def test_an_unknown_noise_is_a_usage_error_that_names_the_option(ask, tmp_path, asked, option):
    with pytest.raises(UsageError, match=option):
        ask(*asked)
    _leave(tmp_path / "results", [0.1], [0.9])
    with pytest.raises(UsageError, match=option):
        ask(*asked)


def test_a_seed_that_was_run_twice_is_one_seed(ask, tmp_path):
    _leave(tmp_path / "results", [0.1, 0.1], [0.90, 0.92])
    path = tmp_path / "results" / "r1.json"
    document = json.loads(path.read_text())
    document["job"]["workload"]["seed"] = 0
    path.write_text(json.dumps(document))
    with pytest.raises(UsageError, match="2 seeds"):
        ask("--accuracy-margin", "1pp")


def test_among_cells_one_whose_noise_is_unknown_says_so(ask, tmp_path):
    _leave(tmp_path / "results", [0.1, 0.11], [0.9, 0.9])
    other = records.make("other", [1.0, 0.5, 0.1, 0.1], job__kernel="unrolled")
    (tmp_path / "results" / "other.json").write_text(json.dumps(other))
    out = ask("--detect", "2%")
    assert "from 2 trials" in out
    assert "unknown, for fewer than 2 trials differ; give --trial-noise." in out


def test_a_question_must_be_asked_and_its_power_be_sensible(ask):
    with pytest.raises(UsageError, match="--detect"):
        ask("--trial-noise", "3%")
    for wrong in ("0.4", "100%", "nan"):
        with pytest.raises(click.BadParameter):
            ask("--detect", "2%", "--trial-noise", "3%", "--power", wrong)


def test_options_have_twins_in_the_environment(ask):
    variables = {
        "DETECT": "10%",
        "ACCURACY_MARGIN": "1pp",
        "POWER": "95%",
        "TRIAL_NOISE": "3%",
        "ACCURACY_NOISE": "1pp",
    }
    out = ask(**{"HARBENCH_" + name: value for name, value in variables.items()})
    assert "5 trials" in out and "with a power of 95 %" in out and "within 1 pp" in out


def test_a_question_beyond_all_means_says_more(ask):
    assert "more than 100000 trials" in ask("--detect", "0.0001%", "--trial-noise", "50%")


def test_a_file_that_is_no_record_is_named_and_the_rest_counts(ask, tmp_path):
    _leave(tmp_path / "results", [0.1, 0.11], [0.9, 0.9])
    (tmp_path / "results" / "broken.json").write_text("{")
    out = ask("--detect", "2%")
    assert "from 2 trials" in out and "broken.json" in out
