@echo off
rem What "make serve" does, for Windows: double-click it, or run it in a terminal.
setlocal
cd /d "%~dp0"
where py >nul 2>nul
if not errorlevel 1 (
  py -3 scripts\bootstrap.py serve %*
  goto ended
)
where python >nul 2>nul
if not errorlevel 1 (
  python scripts\bootstrap.py serve %*
  goto ended
)
echo Python was not found. Install Python 3.12 or newer from https://www.python.org/downloads/windows/
echo (tick "Add python.exe to PATH"), then run serve.cmd again.
exit /b 1
:ended
if errorlevel 1 if "%~1"=="" pause
exit /b %errorlevel%
