from dataclasses import replace

import numpy as np
import pytest

from tests.backends.cuda.engine import graph

_LARGEST = np.float32(3e38)


class Trained:
    """One variable w under the loss `factor * w`, so that its gradient is `factor`; Adam at a rate of 0.1."""

    def __init__(self, tf1, session, scaling):
        from backends.engines.tensorflow import update
        from har_model.config import TrainingConfig

        self._session = session
        self._factor = tf1.placeholder(tf1.float32, [])
        self._variable = tf1.get_variable("w", [1], initializer=tf1.ones_initializer(), use_resource=False)
        loss = tf1.reduce_sum(self._factor * self._variable)
        training = TrainingConfig(learning_rate=0.1, clip_norm=1e9)
        self.update = update.build(loss, {"w": self._variable}, training, scaling)
        session.run(tf1.global_variables_initializer())

    def step(self, factor):
        """The unscaled gradient, then: w, the updates counted, the scale."""
        feed = {self._factor: factor}
        gradient, _ = self._session.run([self.update.gradients["w"], self.update.operation], feed)
        scale = self.update.loss_scale
        fetched = [self._variable, self.update.global_step] + ([] if scale is None else [scale])
        values = self._session.run(fetched)
        return [float(gradient[0]), float(values[0][0]), int(values[1])] + [float(value) for value in values[2:]]

    @property
    def names(self):
        return sorted(variable.name for variable in self.update.variables)


def _modules():
    from backends.engines.tensorflow import loss_scaling, update

    return loss_scaling, update


def _dynamic(**changes):
    module = _modules()[0]
    return module.dynamic(replace(module.TENSORFLOW, **changes))


@pytest.mark.parametrize("kind", ["fixed", "dynamic"])
def test_a_scale_changes_neither_gradients_nor_updates_nor_the_checkpoints_variables(kind):
    with graph() as (tf1, session):
        plain = Trained(tf1, session, _modules()[1].unscaled)
        expected = [plain.step(factor) for factor in (0.5, -0.25, 2.0)]
        names = plain.names
    with graph() as (tf1, session):
        module = _modules()[0]
        scaled = Trained(tf1, session, module.fixed(1024.0) if kind == "fixed" else module.dynamic())
        found = [scaled.step(factor) for factor in (0.5, -0.25, 2.0)]
        assert scaled.names == names
    assert [values[:3] for values in found] == expected  # powers of two: to the bit


def test_an_overflow_is_skipped_and_not_counted_under_a_fixed_scale():
    with graph() as (tf1, session):
        trained = Trained(tf1, session, _modules()[0].fixed(128.0))
        before = trained.step(0.5)[1]
        gradient, after, count, scale = trained.step(_LARGEST)  # times 128 it is infinite
        assert not np.isfinite(gradient) and (after, count, scale) == (before, 1, 128.0)
        assert trained.step(0.5)[2] == 2 and np.isfinite(trained.step(0.5)[1])


def test_the_scale_doubles_after_enough_good_updates_and_halves_with_each_bad_one():
    with graph() as (tf1, session):
        trained = Trained(tf1, session, _dynamic(first_scale=8.0, good_steps=3))
        good, bad = 0.5, np.float32(np.inf)
        factors = [good, good, good, good, bad, good, good, bad, good, good, good, bad, bad, bad, bad, bad, bad]
        scales = [trained.step(factor)[3] for factor in factors]
    # 8 doubles with the third good one; a bad one halves and makes the count begin anew; never below 1.
    assert scales == [8, 8, 16, 16, 8, 8, 8, 4, 4, 4, 8, 4, 2, 1, 1, 1, 1]


def test_the_scale_never_grows_out_of_float32():
    with graph() as (tf1, session):
        trained = Trained(tf1, session, _dynamic(first_scale=2.0**127, good_steps=1))
        assert trained.step(0.25)[3] == 2.0**127


def test_the_defaults_are_tensorflows():
    with graph() as (tf1, _):
        module = _modules()[0]
        theirs = tf1.train.experimental.DynamicLossScale()
        ours = module.TENSORFLOW
        assert (theirs.initial_loss_scale, theirs.increment_period) == (ours.first_scale, ours.good_steps)
        assert theirs.multiplier == module.FACTOR and ours.bad_steps == 1


def test_other_graphs_of_the_process_keep_their_kind_of_conditions():
    with graph() as (tf1, session):
        before = tf1.control_flow_v2_enabled()
        Trained(tf1, session, _modules()[0].dynamic())
        assert tf1.control_flow_v2_enabled() == before
