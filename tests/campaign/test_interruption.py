"""kill -9 of the driver at random moments, and what is left of the campaign: everything."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from example_campaigns.small_campaign import small_campaign
from grainway.campaign.record.store import Store

pytestmark = [pytest.mark.lammps, pytest.mark.slow]

N_KILLS = 10


def start(path):
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "grainway", "run", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(path):
    process = start(path)
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 0, output
    return output


def rows(path):
    store = Store(path.with_suffix("") / "campaign.sqlite")
    try:
        return store.rows(), store.checks()
    finally:
        store.close()


def comparable(path):
    """The record without what may differ: process numbers, attempts and wall times."""
    trials, checks = rows(path)
    record = []
    for row in trials:
        result = None if row.result is None else {k: v for k, v in row.result.items() if k != "timing"}
        record.append((row.number, row.id, row.inputs, row.proposal, row.status, row.order_told, result))
    return record, checks


def processes_of(path):
    """Living processes that work on the campaign: workers name its folder, engines run inside it."""
    folder = str(path.with_suffix("").resolve())
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            command = (entry / "cmdline").read_bytes().decode(errors="replace")
            directory = str((entry / "cwd").resolve())
        except OSError:
            continue
        if state != "Z" and (folder + "/" in command or directory.startswith(folder)):
            found.append((int(entry.name), command))
    return found


def finished_parts(path):
    """How many stages and evaluations have been finished."""
    trials = path.with_suffix("") / "trials"
    return sum(1 for kind in ("*.done.json", "result.json") for _ in trials.glob(f"*/{kind}"))


def kill_at_random_moments(path, rng, enough=lambda: True):
    """Kill the driver ten times while it runs; each time nothing may go on working for it.

    The moments are counted in what was finished, so that they are as far into the campaign on any machine: up
    to a second after the start, or after the end of the first or second part that a session finishes.
    """
    killed = 0
    while killed < N_KILLS or not enough():
        assert killed < 4 * N_KILLS, "no evaluation gets finished"
        wanted = finished_parts(path) + rng.randrange(3)
        process = start(path)
        deadline = time.monotonic() + 600
        try:
            while finished_parts(path) < wanted and process.poll() is None:
                assert time.monotonic() < deadline, "no stage gets finished"
                time.sleep(0.02)
            time.sleep(rng.uniform(0.0, 1.0))
            assert process.poll() is None, f"the campaign ended after {killed} kills: {process.stdout.read()}"
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.communicate()
        killed += 1
        deadline = time.monotonic() + 10
        while left := processes_of(path):
            assert time.monotonic() < deadline, f"left behind: {left}"
            time.sleep(0.05)


def test_with_one_worker_the_record_equals_that_of_an_uninterrupted_run(tmp_path):
    whole = small_campaign(tmp_path / "whole.toml", workers=1, evaluations=3)
    finish(whole)
    expected = comparable(whole)
    assert [row[4] for row in expected[0]].count("done") >= 4, expected

    broken = small_campaign(tmp_path / "broken.toml", workers=1, evaluations=3)
    kill_at_random_moments(broken, random.Random(20261))
    finish(broken)
    assert comparable(broken) == expected


def test_with_two_workers_nothing_finished_is_lost_or_run_again(tmp_path):
    path = small_campaign(tmp_path / "two.toml", workers=2, evaluations=4)
    root = path.with_suffix("")
    finished = {}

    def remember():
        """Note each result that exists, by content and by the file's own number and time; any yet?"""
        for result in root.glob("trials/*/result.json"):
            facts = result.stat()
            finished.setdefault(result.parent.name, (result.read_text(), facts.st_ino, facts.st_mtime_ns))
        return bool(finished)

    kill_at_random_moments(path, random.Random(20262), remember)
    finish(path)
    trials, _ = rows(path)
    recorded = {row.id[:16]: row for row in trials}
    for name, (text, inode, modified) in finished.items():
        facts = (root / "trials" / name / "result.json").stat()
        assert (facts.st_ino, facts.st_mtime_ns) == (inode, modified), f"{name} was run again"
        outcome = json.loads(text)
        assert recorded[name].status == outcome["status"]
        if outcome["status"] == "done":
            assert recorded[name].result == outcome["result"]
    assert sorted(row.order_told for row in trials) == list(range(5))
    assert len({row.id for row in trials}) == 5


def test_a_second_driver_is_refused(tmp_path):
    path = small_campaign(tmp_path / "one.toml", workers=1, evaluations=1)
    first = start(path)
    try:
        deadline = time.monotonic() + 30
        while not processes_of(path):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        second = subprocess.run(
            [sys.executable, "-m", "grainway", "run", str(path)], capture_output=True, text=True, timeout=60
        )
        assert second.returncode != 0
        assert "another process is running the campaign" in second.stderr
        first.send_signal(signal.SIGTERM)  # a polite end: the driver puts its workers to rest itself
        output, _ = first.communicate(timeout=30)
        assert first.returncode == 130, output
        assert "nothing that was finished is lost" in output
        assert not processes_of(path)
    finally:
        if first.poll() is None:
            os.kill(first.pid, signal.SIGKILL)
            first.wait()
