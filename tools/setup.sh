#!/usr/bin/env bash
# What tests and the Python package need besides Swift and gcc: a Python environment in the folder
# given. Installs abidiff where it may: without it a part of `make abi` is skipped.
set -euo pipefail
venv=$1
cd "$(dirname "$0")/.."

for tool in swift gcc git "${PYTHON:-python3}"; do
  command -v "$tool" >/dev/null || { echo "setup: $tool is needed and not installed; see README.md" >&2; exit 1; }
done

sudo=""
[ "$(id -u)" = 0 ] || sudo="sudo -n"

install_abidiff() {
  command -v apt-get >/dev/null && { [ -z "$sudo" ] || sudo -n true 2>/dev/null; } || return 1
  echo "setup: installing abigail-tools"
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends abigail-tools >/dev/null
}

if ! command -v abidiff >/dev/null && ! install_abidiff; then
  echo "setup: without abigail-tools a part of make abi is skipped"
fi

if [ ! -x "$venv/bin/python" ]; then
  "${PYTHON:-python3}" -m venv "$venv"
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r tools/requirements.txt
