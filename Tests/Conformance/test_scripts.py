"""The scripts that judge: documents, benchmarks, and the summary of a test run."""

import importlib.util
import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def module(path):
    spec = importlib.util.spec_from_file_location(pathlib.Path(path).stem, ROOT / path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture(scope="module")
def documents():
    return module("scripts/check_docs.py")


@pytest.mark.parametrize("code", [
    "vad.library_missing", "turn_end.overloaded", "models.wrong_hash", "tool.unauthorized", "prices.unreadable", "stt.library_version",
    "tts.no_voice", "auth.expired_token", "llm.failover"])
def test_codes_that_there_are_may_be_named(documents, code):
    assert documents.code_fault(code, False, set(), "docs") is None


@pytest.mark.parametrize("code", [
    "vad.library_lost", "turn_end.no_voice", "models.no_voice", "tool.gone", "prices.none", "turn_end.library_version", "vad.not_found"])
def test_codes_that_there_are_not_may_not(documents, code):
    assert documents.code_fault(code, False, set(), "docs") == f"there is no error code {code}"


def test_a_code_in_a_comment_does_not_count(documents):
    source = 'let url = "http://a"  // "vad.gone" is no more\n/// `vad.never`\nlet code = "vad.there"\n'
    assert documents.without_comments(source) == 'let url = "http://a"  \n\nlet code = "vad.there"\n'


def failover(**changes):
    return {"stage": "llm", "fault": "refuses", "turns": 3, "replaced": 3, "without_ms": 20.0, "given_ms": 0,
            "added_ms": {"median": 5.0, "max": 9.0}, **changes}


def test_a_turn_whose_engine_was_not_replaced_is_a_miss():
    judge, limits = module("Benchmarks/judge.py"), {"failover_added_max_ms": 250}
    assert judge.engines_failover([failover()], limits) == []
    assert judge.engines_failover([failover(replaced=2)], limits) == ["llm, refuses: replaced in 2 of 3 turns"]
    assert judge.engines_failover([failover(replaced=0, added_ms=None)], limits) == ["llm, refuses: replaced in 0 of 3 turns"]
    assert len(judge.engines_failover([failover(replaced=2, added_ms={"median": 5, "max": 300})], limits)) == 2


@pytest.mark.parametrize("status, exits, judged", [(0, 0, 1), (2, 0, 1), (1, 2, 0), (130, 2, 0)])
def test_a_benchmark_that_fails_is_not_judged_by_what_an_earlier_run_left(tmp_path, status, exits, judged):
    """With a Python that ends with `status` where it should measure, and says how many results it is to judge."""
    shutil.copytree(ROOT / "Benchmarks", tmp_path / "Benchmarks", ignore=lambda folder, names: [n for n in names if n != "engines.sh"])
    write(tmp_path / "scripts/venv.sh", "#!/bin/sh\n")
    write(tmp_path / "Tests/Engines/.venv/bin/python", """#!/bin/sh
case $1 in
*measure.py) exit "$STATUS" ;;
*judge.py) echo "judged $(wc -l <"$3") lines" ;;
esac
""")
    results = tmp_path / "results.jsonl"
    results.write_text('{"what": "run"}\n')
    run = subprocess.run(
        [tmp_path / "Benchmarks/engines.sh"], capture_output=True, text=True, timeout=30,
        env={**os.environ, "TOM_BINARY": "/bin/true", "RESULTS": str(results), "STATUS": str(status)})
    assert run.returncode == exits, run.stderr
    assert run.stdout.count("judged 0 lines") == judged == run.stdout.count("judged")


@pytest.mark.parametrize("log, said", [
    ("✔ Test run with 22 tests in 3 suites passed after 1 seconds.", "Test run with 22 tests in 3 suites passed after 1 seconds."),
    ('➜ Suite "A" skipped: "no root"\n➜ Test b() skipped: "no root"\n\x1b[90m➜ Test "c" skipped\x1b[0m\n✔ Test run with 22 tests in 3 suites passed after 1 seconds.',
     "seconds. (2 skipped)"),
    ("4 passed, 1 skipped in 0.1s", "4 passed, 1 skipped in 0.1s"),
])
def test_the_summary_counts_what_was_skipped(tmp_path, log, said):
    (tmp_path / ".build/logs").mkdir(parents=True)
    (tmp_path / ".build/logs/swift.log").write_text(log + "\n")
    run = subprocess.run([ROOT / "scripts/summary.sh", "swift"], cwd=tmp_path, capture_output=True, text=True, timeout=30)
    assert run.returncode == 0, run.stderr
    assert run.stdout.rstrip().endswith(said)
