@echo off
rem Makes .venv at the first start, then does what was asked for:
rem   start.bat report 2024-09     a month's reports; without a month it asks for one
rem   start.bat test               the tests
rem   start.bat lab                the notebooks
rem   start.bat check 2024-09      any command of hotline
rem ASCII up to chcp: a console reads what stands before it in its own encoding.
chcp 65001 >nul
setlocal
cd /d "%~dp0"
set PYTHONUTF8=1
if exist .venv\.ready goto ready
for %%v in (3.13 3.12 3.11) do if not defined PY py -%%v -c "" >nul 2>nul && set PY=py -%%v
if not defined PY goto nopython
echo 第一次启动：建立 .venv，安装依赖，约两分钟……
%PY% -m venv .venv || goto failed
.venv\Scripts\python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test]" || goto failed
type nul > .venv\.ready
:ready
if "%~1"=="" goto ask
if /i "%~1"=="report" goto report
if /i "%~1"=="test" goto test
if /i "%~1"=="lab" goto lab
.venv\Scripts\python -m hotline_lib %*
exit /b %errorlevel%
:report
set MONTH=%~2
if not "%MONTH%"=="" goto make
:ask
set MONTH=2024-09
set /p MONTH=要出哪个月的报告（直接回车：2024-09）：
:make
.venv\Scripts\python -m hotline_lib simulate %MONTH% --if-missing || goto failed
.venv\Scripts\python -m hotline_lib run %MONTH% || goto failed
start "" output\index.html
exit /b 0
:test
.venv\Scripts\python -m pytest -n auto --dist loadfile --nbval --ignore tests/browser --ignore tests/offline --hypothesis-profile quick -m "not slow" tests notebooks
exit /b %errorlevel%
:lab
set HOTLINE_SMTP_PASSWORD=
.venv\Scripts\python -m jupyter lab notebooks
exit /b %errorlevel%
:nopython
echo 没有找到 Python 3.11 至 3.13：请从 python.org 安装（安装时勾选 py launcher），再运行一次。
pause
exit /b 1
:failed
echo 没有做完：请看上面的说明，改好后再运行一次。
pause
exit /b 1
