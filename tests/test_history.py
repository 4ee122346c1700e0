"""Undo and redo of codes."""

from ui.history import LONGEST, History


def test_undo_and_redo_walk_the_codes():
    history = History([[0.0]])
    assert not history.can_undo
    assert not history.can_redo
    history.put([1])
    history.moved([2.0])
    history.step(-1)
    assert history.code == [1.0]
    assert history.can_undo
    assert history.can_redo
    history.step(1)
    assert history.code == [2.0]
    history.step(1)
    assert history.code == [2.0]


def test_a_new_code_ends_the_way_forward():
    history = History([[0.0], [1.0], [2.0]], position=1)
    history.put([9.0])
    assert history.codes == [[0.0], [1.0], [9.0]]
    assert not history.can_redo


def test_only_codes_from_elsewhere_are_pushed_to_the_pad():
    history = History([[0.0]])
    history.moved([1.0])
    assert history.revision == 0
    history.put([1.0])
    history.step(-1)
    assert history.revision == 2


def test_the_past_is_bounded():
    history = History([[0.0]])
    for i in range(2 * LONGEST):
        history.moved([float(i)])
    assert len(history.codes) == LONGEST
    assert history.code == [2.0 * LONGEST - 1]
