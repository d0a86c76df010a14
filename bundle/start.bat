@echo off
rem For machines without a network: the first start sets up .venv from wheels\ beside it.
rem   start.bat                     opens JupyterLab
rem   start.bat run 2024-09         any command of hotline
chcp 65001 >nul
cd /d "%~dp0"
if not exist .venv\.ready (
    py -3 -m venv .venv || exit /b 1
    .venv\Scripts\python -m pip install --quiet --disable-pip-version-check --no-index --find-links wheels --require-hashes -r wheels.lock || exit /b 1
    .venv\Scripts\python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation -e . || exit /b 1
    type nul > .venv\.ready
)
if "%~1"=="" (
    set HOTLINE_SMTP_PASSWORD=
    .venv\Scripts\python -m jupyter lab notebooks
) else (
    .venv\Scripts\python -m hotline_lib %*
)
