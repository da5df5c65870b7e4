import json

import pytest

from bench import environment
from bench.environment import memory


def test_identity_and_volatile_facts_are_apart():
    assert not set(environment.identity()) & set(environment.volatile())


def test_what_is_captured_is_a_document_without_nan():
    found = environment.capture()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert set(found) == {"identity", "volatile", "software"}


def test_identity_stays_while_the_host_does():
    assert environment.identity() == environment.identity()


def test_only_variables_that_matter_are_kept_and_no_secrets(monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "2")
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    for name in ("MY_PASSWORD", "NVIDIA_API_KEY", "TF_VAR_db_login", "TF_TOKEN_app_example_org", "ASCEND_ACCESS_TOKEN"):
        monkeypatch.setenv(name, "very-secret")
    variables = environment.volatile()["variables"]
    assert (variables["TF_CPP_MIN_LOG_LEVEL"], variables["OMP_NUM_THREADS"]) == ("2", "4")
    assert "very-secret" not in str(variables)


@pytest.mark.parametrize("text, state", [("always [madvise] never", "madvise"), ("[always] never", "always")])
def test_huge_pages_are_what_stands_in_brackets(host, text, state):
    host({"/sys/kernel/mm/transparent_hugepage/enabled": text})
    assert memory.transparent_hugepages() == state


def test_the_host_is_told_apart_without_being_named(host):
    host({"/etc/machine-id": "0123456789abcdef\n"})
    first = environment.identity()["host_id"]
    assert len(first) == 12 and first not in "0123456789abcdef"
    host({"/etc/machine-id": "fedcba9876543210\n"})
    assert environment.identity()["host_id"] != first
