import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from har_model.config import TrainingConfig
from har_model.errors import UsageError
from har_model.schedule import Schedule, epoch_order


def _run_epoch(schedule, epoch, loss_of):
    updates = []
    for update in schedule.epoch(epoch):
        updates.append(update)
        schedule.observe(update, loss_of(update))
    return updates


def test_the_order_is_what_scikit_learn_shuffles_with_seed_42_times_the_epoch():
    expected = np.arange(10)
    np.random.RandomState(84).shuffle(expected)
    assert epoch_order(10, 2).tolist() == expected.tolist()
    assert epoch_order(5, 0).tolist() == [2, 0, 1, 3, 4]  # sklearn.utils.shuffle(range(5), random_state=0)


@given(st.integers(1, 60), st.integers(1, 20), st.integers(0, 5))
def test_an_epoch_takes_full_batches_of_different_windows(n_windows, batch_size, epoch):
    if n_windows < batch_size:
        with pytest.raises(UsageError, match="at most %d" % n_windows):
            Schedule(n_windows, TrainingConfig(batch_size=batch_size))
        return
    schedule = Schedule(n_windows, TrainingConfig(batch_size=batch_size))
    updates = [u for u in _run_epoch(schedule, epoch, lambda u: 1.0) if not u.is_replay]
    taken = np.concatenate([update.indices for update in updates])
    assert len(updates) == n_windows // batch_size == schedule.batches_per_epoch
    assert len(set(taken.tolist())) == len(taken) == len(updates) * batch_size


def test_the_worst_batches_are_replayed_in_ascending_order_of_loss():
    schedule = Schedule(40, TrainingConfig(batch_size=5, worst_batches=3))
    losses = iter([1.0, 8.0, 3.0, 5.0, 2.0, 9.0, 4.0, 6.0])
    updates = _run_epoch(schedule, 0, lambda u: 0.0 if u.is_replay else next(losses))
    plain, replayed = updates[:8], updates[8:]
    assert [update.is_replay for update in updates] == [False] * 8 + [True] * 3
    for replay, original in zip(replayed, (7, 1, 5)):
        assert replay.indices.tolist() == plain[original].indices.tolist()


@pytest.mark.parametrize("replay, replays_first_epoch", [("published", True), ("per-epoch", False)])
def test_the_published_list_never_resets_and_the_per_epoch_list_does(replay, replays_first_epoch):
    schedule = Schedule(20, TrainingConfig(batch_size=5, worst_batches=2, replay=replay))
    first = _run_epoch(schedule, 0, lambda u: 10.0)
    second = _run_epoch(schedule, 1, lambda u: 1.0)
    replayed = {tuple(u.indices) for u in second if u.is_replay}
    early, late = {tuple(u.indices) for u in first[:4]}, {tuple(u.indices) for u in second[:4]}
    assert len(replayed) == 2
    assert (replayed <= early) is replays_first_epoch
    assert (replayed <= late) is not replays_first_epoch


def test_a_loss_that_is_no_number_counts_as_the_worst():
    schedule = Schedule(15, TrainingConfig(batch_size=5, worst_batches=1))
    losses = iter([3.0, float("nan"), 7.0])
    updates = _run_epoch(schedule, 0, lambda u: 0.0 if u.is_replay else next(losses))
    assert updates[-1].indices.tolist() == updates[1].indices.tolist()


def test_of_equal_losses_the_earlier_batches_stay():
    schedule = Schedule(20, TrainingConfig(batch_size=5, worst_batches=2))
    updates = _run_epoch(schedule, 0, lambda u: 1.0)
    assert [u.indices.tolist() for u in updates[4:]] == [u.indices.tolist() for u in updates[:2]]


def test_no_worst_batches_means_no_replay():
    schedule = Schedule(15, TrainingConfig(batch_size=5, worst_batches=0))
    assert not any(update.is_replay for update in _run_epoch(schedule, 0, lambda u: 1.0))
