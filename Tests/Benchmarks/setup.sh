#!/usr/bin/env bash
# Installs the peers: the Python packages into the folder given, OpenBLAS and FANN by apt where that
# is allowed. A peer that cannot be installed is named and left out: `make bench` measures the
# others.
set -euo pipefail
venv=$1
cd "$(dirname "$0")/../.."

missing=()
echo '#include <cblas.h>' | gcc -E - >/dev/null 2>&1 || missing+=(libopenblas-dev)
echo '#include <fann.h>' | gcc -E - >/dev/null 2>&1 || missing+=(libfann-dev)
if [ ${#missing[@]} -gt 0 ]; then
  sudo=()
  [ "$(id -u)" = 0 ] || sudo=(sudo -n)
  if command -v apt-get >/dev/null && "${sudo[@]}" true 2>/dev/null; then
    echo "bench-setup: installing ${missing[*]}"
    "${sudo[@]}" apt-get update -qq || true
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
      >/dev/null || echo "bench-setup: could not install ${missing[*]}" >&2
  else
    echo "bench-setup: these may not be installed from here: ${missing[*]} (Debian: apt-get install)" >&2
  fi
fi

[ -x "$venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$venv"
# One at a time: one that cannot be installed must not prevent the others.
grep -v '^#' Tests/Benchmarks/requirements.txt | while read -r package; do
  echo "bench-setup: $package"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$package" ||
    echo "bench-setup: could not install $package" >&2
done
