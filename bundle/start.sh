#!/usr/bin/env bash
# 在没有网络的机器上使用：第一次运行时用旁边的 wheels/ 建好 .venv，以后直接启动。
#   ./start.sh                     打开 JupyterLab
#   ./start.sh run 2024-09         任何 hotline 命令
set -euo pipefail
cd "$(dirname "$0")"
if [ ! -f .venv/.ready ]; then
    "${PYTHON:-python3}" -m venv .venv
    # each wheel must have the SHA-256 that it had when the bundle was made
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-index --find-links wheels --require-hashes -r wheels.lock
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation -e .
    touch .venv/.ready
fi
if [ $# -eq 0 ]; then
    exec env -u HOTLINE_SMTP_PASSWORD .venv/bin/python -m jupyter lab notebooks
fi
exec .venv/bin/python -m hotline_lib "$@"
