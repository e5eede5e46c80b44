"""A file is there as it was or whole, and one process at a time works in a folder."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grainway.errors import StoreError
from grainway.machine.whole_files import exclusive, read_json, write_json, write_whole

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), JSON))
def test_any_record_survives(tmp_path_factory, record):
    path = tmp_path_factory.mktemp("record") / "record.json"
    write_json(path, record)
    assert read_json(path) == record


def test_what_was_there_stays_when_the_new_cannot_be_written(tmp_path):
    path = tmp_path / "record.json"
    write_json(path, {"old": 1})
    with pytest.raises(TypeError):
        write_json(path, {"new": object()})
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "\ud800")
    assert read_json(path) == {"old": 1}
    assert read_json(tmp_path / "other.json") is None


@pytest.mark.parametrize("content", ["", "{", "[1]", "3"])
def test_another_file_is_no_record(tmp_path, content):
    write_whole(tmp_path / "record.json", content)
    with pytest.raises(StoreError, match=r"record\.json"):
        read_json(tmp_path / "record.json")


def test_a_lock_ends_with_its_process(tmp_path):
    lock = tmp_path / "lock"
    program = (
        "import sys, time\nfrom pathlib import Path\n"
        "from grainway.machine.whole_files import exclusive\n"
        f"with exclusive(Path({str(lock)!r}), 'held'):\n    print('in', flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "in\n"
        with pytest.raises(StoreError, match="it is held"), exclusive(lock, "it is held"):
            pass
        holder.kill()
    with exclusive(lock, "it is held"):
        pass
