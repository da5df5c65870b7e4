#!/bin/sh
# Fetches what harbench needs beside a vendor's TensorFlow 1.15 on Python 3.7 into the folder wheels/, for a host without
# a network:
#
#     sh requirements/download-wheels.sh [PLATFORM]
#
# PLATFORM is aarch64 or x86_64; without it this machine's. Any Python that has pip will do (PYTHON names it). Copy the
# checkout with the folder, then on that host:
#
#     PIP_NO_INDEX=1 PIP_FIND_LINKS="$PWD/wheels" make bench-npu
platform=${1:-$(uname -m)}
case $platform in
aarch64 | x86_64) ;;
*) echo "usage: sh requirements/download-wheels.sh [aarch64|x86_64]" >&2; exit 2 ;;
esac
lock=requirements/py37-tf1.lock
[ -f "$lock" ] || { echo "download-wheels.sh must be run from harbench's folder." >&2; exit 2; }

# What comes with a TensorFlow stays the vendor's.
FRAMEWORKS='absl-py|astor|gast|google-pasta|grpcio|h5py|keras-.*|markdown|markupsafe|numpy|opt-einsum|protobuf|tensor.*|termcolor|werkzeug|wrapt'
wanted=$(mktemp) || exit 2
trap 'rm -f "$wanted"' EXIT
grep -E '^[a-z0-9._-]+==' "$lock" | grep -vE "^($FRAMEWORKS)==" >"$wanted"
"${PYTHON:-python3}" -m pip download --quiet --disable-pip-version-check --no-deps --dest wheels --requirement "$wanted" \
    --python-version 3.7 --implementation cp --only-binary :all: \
    --platform "manylinux2014_$platform" --platform "manylinux_2_17_$platform" || exit 2
echo "wheels/ holds what $(wc -l <"$wanted") packages need on Python 3.7, $platform."
