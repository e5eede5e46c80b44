"""The record keeps its contract, survives interruptions, and is never overwritten when damaged."""

import random
import sqlite3
from dataclasses import replace

import pytest

from grainway.campaign.record.recorded_rows import ForeignTrial
from grainway.campaign.record.store import Store
from grainway.errors import StoreError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "campaign.sqlite"


def filled(path, n=3):
    store = Store(path)
    for number in range(n):
        assert store.add(f"id{number}", "{}", {"id": f"p{number}"}) == number
        store.start(number, {"pid": 1, "started": "x"})
        store.finish(number, {"value": number})
    return store


def test_outcomes_are_numbered_in_the_order_told(path):
    store = Store(path)
    for number in range(3):
        store.add(f"id{number}", "{}", None)
        store.start(number, {})
    store.finish(2, {"value": 2})
    store.fail(0, "why")
    store.finish(1, {"value": 1})
    assert [row.order_told for row in store.rows()] == [1, 2, 0]
    assert [row.status for row in store.rows()] == ["failed", "done", "done"]


def test_everything_is_there_after_reopening(path):
    store = filled(path)
    store.add_check(2, {"holds": False})
    store.set_meta("config", "text")
    before = store.rows()
    store.close()
    again = Store(path)
    assert again.rows() == before
    assert again.checks() == {2: {"holds": False}}
    assert again.get_meta("config") == "text"


def test_finished_trials_never_change(path):
    store = filled(path)
    before = store.rows()
    for change in (
        lambda: store.finish(0, {"value": 9}),
        lambda: store.fail(0, "no"),
        lambda: store.requeue(0),
        lambda: store.start(0, {}),
    ):
        with pytest.raises(StoreError, match="is not"):
            change()
    assert store.rows() == before


def test_the_same_trial_is_not_decided_twice(path):
    store = filled(path)
    with pytest.raises(StoreError, match="already in the record"):
        store.add("id0", "{}", None)


def test_first_check_stays(path):
    store = filled(path)
    store.add_check(2, {"a": 1})
    store.add_check(2, {"a": 2})
    assert store.checks() == {2: {"a": 1}}


@pytest.mark.parametrize("damage", ["garbage", "header", "truncated", "middle"])
def test_a_damaged_record_is_refused_and_kept(path, damage):
    store = filled(path, 40)
    store.close()
    content = bytearray(path.read_bytes())
    if damage == "garbage":
        content = bytearray(b"not a database at all, just text" * 40)
    elif damage == "header":
        content[:16] = b"x" * 16
    elif damage == "truncated":
        content = content[: len(content) // 2]
    else:
        rng = random.Random(1)
        for _ in range(2000):
            content[rng.randrange(4096, len(content))] = rng.randrange(256)
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"damaged .* kept as it is"):
        Store(path)
    assert path.read_bytes() == bytes(content)


def test_a_record_of_another_version_is_refused_and_kept(path):
    filled(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    content = path.read_bytes()
    with pytest.raises(StoreError, match="version 99"):
        Store(path)
    assert path.read_bytes() == content


def test_a_foreign_database_is_refused(path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE other (x)")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match="version 0"):
        Store(path)


def test_a_kill_while_the_record_is_made_leaves_a_usable_one(path):
    connection = sqlite3.connect(path)  # what an opened and never filled file looks like
    connection.execute("PRAGMA user_version = 0")
    connection.close()
    path.touch()
    assert Store(path).rows() == []


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_record_of_an_earlier_version_is_taken_over(path, version):
    store = filled(path)
    store.add_check(2, {"a": 1})
    store.add_check(3, {"a": 2})
    before = store.rows()
    store.close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 3")
    if version < 3:
        connection.executescript(
            "ALTER TABLE trials DROP COLUMN source; DROP TABLE changes; DROP TABLE checks;"
            "CREATE TABLE checks (n_evaluations INTEGER PRIMARY KEY, outcome TEXT NOT NULL);"
            """INSERT INTO checks VALUES (2, '{"a": 1}'), (3, '{"a": 2}');"""
            "PRAGMA user_version = 2;"
        )
    if version == 1:
        connection.executescript("ALTER TABLE trials DROP COLUMN arbitrates; PRAGMA user_version = 1;")
    connection.close()
    for _ in range(2):  # taken over once, the second time as any other
        store = Store(path)
        assert store.rows() == before
        assert store.checks() == store.checks(0) == {2: {"a": 1}, 3: {"a": 2}}
        assert store.changes() == ()
        store.close()


def test_the_latest_check_at_each_number_stands_for_it(path):
    store = filled(path)
    store.add_check(2, {"a": 1})
    store.add_check(3, {"a": 2})
    store.add_check(3, {"a": 3}, era=2)
    assert store.checks(0) == {2: {"a": 1}, 3: {"a": 2}}
    assert store.checks(2) == {3: {"a": 3}}
    assert store.checks() == {2: {"a": 1}, 3: {"a": 3}}


def foreign(number, result, reason=None, proposal=None):
    source = {"campaign": "other", "folder": "/other", "number": number}
    return ForeignTrial(f"foreign{number}", "{}", proposal, result, reason, source)


def test_trials_of_another_campaign_are_finished_in_the_order_given(path):
    store = filled(path)
    trials = [
        foreign(7, {"value": 7}, proposal={"id": "p3"}),
        foreign(5, None, "why", proposal={"id": "p4"}),
    ]
    store.join(trials, {"joined": 2})
    joined = store.rows()[3:]
    assert [(r.number, r.status, r.order_told, r.reason) for r in joined] == [
        (3, "done", 3, None),
        (4, "failed", 4, "why"),
    ]
    assert [r.source["number"] for r in joined] == [7, 5]
    assert [r.is_own_proposal for r in store.rows()] == [True] * 3 + [False] * 2
    (change,) = store.changes()
    assert (change.n_decided, change.n_evaluated, change.imported) == (3, 4, {"joined": 2})


def test_a_queued_trial_takes_the_outcome_of_the_same_trial(path):
    store = Store(path)
    store.add("foreign0", "{}", None)
    store.join([foreign(0, {"value": 0})], {})
    (row,) = store.rows()
    assert (row.status, row.result, row.is_reference) == ("done", {"value": 0}, True)


def test_nothing_joins_when_one_trial_cannot(path):
    store = filled(path)
    before = store.rows()
    with pytest.raises(StoreError, match="already in the record"):
        store.join([foreign(7, {"value": 7}), replace(foreign(8, {}), id="id1")], {})
    assert store.rows() == before
    assert store.changes() == ()


def test_the_record_says_when_its_settings_changed(path):
    store = filled(path, 1)
    store.set_config("first", {})
    store.set_config("second", {"design.angle_max": [20.0, 30.0]})
    assert store.get_meta("config") == "second"
    (change,) = store.changes()
    assert (change.number, change.n_decided, change.n_evaluated) == (1, 1, 1)
    assert (change.settings, change.imported) == ({"design.angle_max": [20.0, 30.0]}, None)
