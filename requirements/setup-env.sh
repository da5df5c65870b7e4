#!/bin/sh
# Makes harbench's own environment where it is missing or out of date, then runs a command in it:
#
#     sh requirements/setup-env.sh [--for cpu|gpu|npu|lint] [COMMAND [ARGUMENT ...]]
#
# It is run from the checkout's folder (the Makefile does). COMMAND is a script of that environment: harbench, python,
# pytest. PYTHON, a variable, names the interpreter; without it the first supported one on the machine serves. Every
# interpreter version has an environment of its own, so going to and fro between two costs nothing:
#
#     .venv/3.11           what requirements/tf2.lock names (3.7: py37-tf1.lock)
#     .venv/3.11-cuda      requirements/tf2-cuda.lock: with --for gpu, where there is an NVIDIA driver (nvidia-smi)
#     .venv/3.7-own        with --for gpu or npu, where the interpreter has a TensorFlow of its own, as the images of
#                          NVIDIA and of Ascend do: that one is used and nothing of theirs is replaced
#
# TENSORFLOW, a variable, decides otherwise: "own" takes the interpreter's for any purpose (the CPU and the NPU measured
# with one and the same TensorFlow), "locked" never does.
#
# An environment is complete if its stamps equal what it was made from. A stamp goes first and is written last, so a
# set-up that was killed anywhere is begun again the next time. All messages go to stderr.

SUPPORTED="CPython 3.7, 3.10, 3.11, 3.12 or 3.13 (64-bit)"
CANDIDATES="python3 python3.13 python3.12 python3.11 python3.10 python3.7 python"

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 2; }

purpose=cpu
if [ "$1" = --for ]; then purpose=$2; shift 2; fi
checkout=$(pwd -P)
[ -f "$checkout/requirements/setup-env.sh" ] || fail "setup-env.sh must be run from harbench's folder, as make does."

case ${TENSORFLOW-}/$purpose in
*/lint) prefers_own= ;;
own/* | /gpu | /npu) prefers_own=yes ;;
/* | locked/*) prefers_own= ;;
*) fail "TENSORFLOW=$TENSORFLOW is not known: it is own (the interpreter's) or locked (that of requirements/*.lock)." ;;
esac

# What a person's shell may hold and Python or pip would stumble over. A mirror, a proxy, a cache stay as they are.
unset PYTHONHOME __PYVENV_LAUNCHER__ PIP_TARGET PIP_PREFIX PIP_ROOT
export PIP_USER=0
[ "$prefers_own" ] || unset PYTHONPATH

# ---- the interpreter ------------------------------------------------------------------------------------------------

# One line about an interpreter, or nothing where it cannot run: "3.11 3.11.7-x86_64 ok venv own". Python 2 must be able
# to read this text.
QUESTION='
import os, platform, struct, sys
version = "%d.%d" % sys.version_info[:2]
known = version in ("3.7", "3.10", "3.11", "3.12", "3.13")
fits = known and platform.python_implementation() == "CPython" and struct.calcsize("P") == 8
venv = tensorflow = False
if fits:
    import importlib.util
    venv = all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))
    if os.environ["prefers_own"]:
        tensorflow = importlib.util.find_spec("tensorflow") is not None
print("%s %s-%s %s %s %s" % (version, platform.python_version(), platform.machine(), "ok" if fits else "unsupported",
                             "venv" if venv else "no-venv", "own" if tensorflow else "none"))
'

ask() {  # NAME -> sets version release fits venv tensorflow; false where it does not run
    answer=$(prefers_own=$prefers_own "$1" -c "$QUESTION" 2>/dev/null </dev/null) || return 1
    # shellcheck disable=SC2086
    set -- $answer
    version=$1 release=$2 fits=$3 venv=$4 tensorflow=$5
    [ -n "$tensorflow" ]
}

words_of() {  # NAME -> the first line of what it says on stderr; the last one of a pyenv shim says nothing of the cause
    "$1" -c pass 2>&1 >/dev/null </dev/null | sed -n '/[^[:space:]]/{p;q;}'
}

lacks_venv() {
    fail "$1 (Python $version) has no venv and ensurepip: on Debian and Ubuntu run 'apt install python$version-venv', then make again."
}

serves() {  # NAME: whether it can be chosen without having been named
    ask "$1" && [ "$fits" = ok ] || return 1
    [ "$purpose$version" != lint3.7 ] || return 1
    [ "$venv" = venv ] || { without_venv=$1; return 1; }
}

find_python() {  # sets python, and what ask sets
    without_venv=
    if [ "$prefers_own" ]; then  # one with the vendor's TensorFlow goes first
        for python in $CANDIDATES; do serves "$python" && [ "$tensorflow" = own ] && return; done
    fi
    for python in $CANDIDATES; do serves "$python" && return; done
    [ -z "$without_venv" ] || { ask "$without_venv"; lacks_venv "$without_venv"; }
    if [ "$purpose" = lint ]; then
        fail "Checking the code needs CPython 3.10, 3.11, 3.12 or 3.13, and none was found: install one, or name it: make lint PYTHON=/path/to/python3.11"
    fi
    fail "harbench needs $SUPPORTED, and none was found: install one, or name it: make PYTHON=/path/to/python3.11 ..."
}

if [ -n "${PYTHON-}" ]; then
    python=$PYTHON
    command -v "$python" >/dev/null 2>&1 || fail "PYTHON=$python is not there or is no program; harbench needs $SUPPORTED."
    if ! ask "$python"; then
        words=$(words_of "$python")
        fail "PYTHON=$python does not run as a Python interpreter${words:+ ($words)}: give the full path of one; harbench needs $SUPPORTED."
    fi
    [ "$fits" = ok ] || fail "PYTHON=$python is Python $release, which is not supported; harbench needs $SUPPORTED."
    if [ "$purpose$version" = lint3.7 ]; then
        # Said once: make asks for the environment, then runs each check in it.
        [ $# -gt 0 ] || say "Checking the code needs Python 3.10 or newer (ruff and mypy do not support 3.7): taking another interpreter."
        find_python
    fi
    [ "$venv" = venv ] || lacks_venv "$python"
else
    find_python
fi

# ---- the environment ------------------------------------------------------------------------------------------------

[ "$tensorflow" = own ] || [ "${TENSORFLOW-}" != own ] || fail "TENSORFLOW=own was asked for, but $python has no TensorFlow: name an interpreter that has one (PYTHON=...)."
name=$version lock=requirements/tf2.lock options=
[ "$version" != 3.7 ] || lock=requirements/py37-tf1.lock
if [ "$tensorflow" = own ]; then
    name=$version-own options=--system-site-packages
elif [ "$purpose" = gpu ] && [ "$version" != 3.7 ] && command -v nvidia-smi >/dev/null 2>&1; then
    name=$version-cuda lock=requirements/tf2-cuda.lock
fi
place=.venv/$name
env=$checkout/$place
log=.venv/setup-$name.log
# The vendor's packages may be found through PYTHONPATH (CANN's are) or the user's site; our own environment needs neither.
if [ -z "$options" ]; then
    unset PYTHONPATH
    export PYTHONNOUSERSITE=1
fi

# The stamps' texts. The checkout's path is in it since a moved environment still points to where it was made; raise the
# recipe's number when install_packages changes.
packages_wanted() {
    printf '%s\n' "recipe 2" "python $release" "checkout $checkout"
    cat "$lock"
    [ -z "$options" ] || { where_own_are; cat setup.cfg; }
}
where_own_are() { "$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))'; }
project_wanted() { cat setup.cfg setup.py; }
has_packages() { [ -x "$env/bin/python" ] && packages_wanted | cmp -s - "$env/packages.stamp"; }
has_project() { [ -x "$env/bin/harbench" ] && project_wanted | cmp -s - "$env/project.stamp"; }
is_current() { has_packages && has_project; }

# flock(2) on descriptor 9, through Python since macOS has no flock(1). The lock is the open file's: the kernel drops it
# when the last process that has it is gone, a pip which outlived a killed make included.
take_turn() {
    exec 9>>.venv/.turn || exit 2
    if ! "$python" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)' 2>/dev/null; then
        say "Another set-up is under way in this folder; waiting for it ..."
        "$python" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)' || exit 2
    fi
}

pip() { "$env/bin/python" -m pip --no-input --disable-pip-version-check "$@"; }
install() { pip install --progress-bar off "$@"; }
pins() { grep -E '^(pip|setuptools|wheel)==[0-9.]+$' "$lock"; }

install_packages() {
    rm -f "$env/packages.stamp" "$env/project.stamp"
    # shellcheck disable=SC2046,SC2086
    "$python" -m venv --clear $options "$env" && install $(pins) || return 1
    if [ -z "$options" ]; then
        install --no-build-isolation -r "$lock" || return 1
    else
        # What the interpreter brought stays as it is; what harbench still lacks comes in versions that go with it.
        # The .pth file is for an interpreter that is itself one of a venv, whose packages the option does not reach.
        where_own_are >"$env/lib/python$version/site-packages/brought.pth" || return 1
        # A harbench among them is another one, and goes.
        pip list --format=freeze | grep -E '^[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+!]*$' | grep -v '^harbench==' >"$env/brought.txt"
        install -c "$env/brought.txt" --no-build-isolation -e '.[dev]' || return 1
    fi
    packages_wanted >"$env/stamp.new" && mv "$env/stamp.new" "$env/packages.stamp"
}

install_project() {
    rm -f "$env/project.stamp"
    install --no-deps --no-build-isolation --no-index -e . || return 1
    project_wanted >"$env/stamp.new" && mv "$env/stamp.new" "$env/project.stamp"
}

install_missing() {
    set -x
    { has_packages && pip --version; } || install_packages || return 1
    has_project || install_project
}

explain() {  # LOG -> one sentence
    if grep -qiE 'no space left|disk quota' "$1"; then
        say "The disk is full: free about 3 GB (7 GB with CUDA), then run make again."
    elif grep -qiE 'connection (error|broken|refused)|failed to establish|name resolution|timed out|could not fetch url|max retries|network is unreachable|proxy' "$1"; then
        say "pip could not reach a package index: connect this machine, or name a mirror or a folder of wheels (PIP_INDEX_URL, PIP_FIND_LINKS), then run make again."
    elif [ "$version" = 3.7 ] && grep -qiE 'no matching distribution found for tensorflow' "$1"; then
        say "TensorFlow 1.15.5 is published for x86-64 alone: use Python 3.10 to 3.13 here, or a 3.7 that has its own (TENSORFLOW=own)."
    elif grep -qi 'no matching distribution found' "$1"; then
        say "pip found no package that fits at the index it was given (the lines above name it): name another index or a folder of wheels (PIP_INDEX_URL, PIP_FIND_LINKS), then run make again."
    else
        say "Setting up $place failed; the whole log is $log. Nothing is left half-made: run make again when the cause is gone."
    fi
}

set_up() {
    mkdir -p .venv || exit 2
    take_turn
    is_current && return  # another make did it while this one waited
    if has_packages; then say "Installing harbench in $place ..."
    elif [ -e "$env" ]; then say "Setting up $place again (about 2 minutes): it is unfinished, or what it is made from has changed ..."
    else say "Setting up $place (first time: about 2 minutes) ..."; fi
    if ! (install_missing) >"$log" 2>&1; then
        grep -v '^+' "$log" | tail -n 12 | sed 's/^/    /' >&2
        explain "$log"
        exit 2
    fi
    say "$place is ready."
}

is_current || set_up
exec 9>&-
[ $# -gt 0 ] || exit 0
command=$1
shift
[ -x "$env/bin/$command" ] || fail "There is no $command in $place."
exec "$env/bin/$command" "$@"
