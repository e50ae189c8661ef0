#!/usr/bin/env bash
# Installs what is missing: system packages where it may, a Python environment in the folder given.
set -euo pipefail
venv=$1
cd "$(dirname "$0")/../.."

missing_packages() {
  [ -e /usr/include/xxhash.h ] || echo libxxhash-dev
}

for tool in swift gcc git "${PYTHON:-python3}"; do
  command -v "$tool" >/dev/null || { echo "setup: $tool is needed and not installed; see README.md" >&2; exit 1; }
done

# Packages without which a few checks are skipped.
missing_extras() {
  command -v abidiff >/dev/null || echo abigail-tools
}

sudo=""
[ "$(id -u)" = 0 ] || sudo="sudo -n"
may_install() {
  command -v apt-get >/dev/null && { [ -z "$sudo" ] || sudo -n true 2>/dev/null; }
}

install_packages() {
  echo "setup: installing" "$@"
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

packages=$(missing_packages)
if [ -n "$packages" ]; then
  if may_install; then
    # shellcheck disable=SC2086
    install_packages $packages
  else
    echo "setup: these system packages are missing and may not be installed from here:" $packages >&2
    echo "setup: install them (Debian: apt-get install" $packages ") and run again" >&2
    exit 1
  fi
fi

extras=$(missing_extras)
# shellcheck disable=SC2086
if [ -n "$extras" ] && ! { may_install && install_packages $extras; }; then
  echo "setup: without" $extras "a part of make abi is skipped"
fi

if [ ! -x "$venv/bin/python" ]; then
  "${PYTHON:-python3}" -m venv "$venv"
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r Tests/Scripts/requirements.txt
