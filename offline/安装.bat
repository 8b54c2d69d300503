@echo off
rem Is there a Python that can install the map? If so, it does the rest: install.py, no network needed.
rem ASCII only: what is said in Chinese stands in need-python.txt and install.py, which are UTF-8.
setlocal
chcp 65001 >nul
set PYTHONUTF8=1
cd /d "%~dp0"

net session >nul 2>&1
if errorlevel 1 if "%~1"=="" (
  powershell -NoProfile -Command "Start-Process -Verb RunAs -FilePath '%~f0'" && exit /b 0
)

call :find
if not defined FOUND call :bring
if not defined FOUND (
  type need-python.txt
  pause
  exit /b 1
)
%FOUND% -B install.py %*
set CODE=%ERRORLEVEL%
if "%~1"=="" pause
exit /b %CODE%

:find
for %%V in (3.12 3.13 3.11 3.14) do if not defined FOUND (
  py -%%V -c "import sys" >nul 2>&1 && set "FOUND=py -%%V"
)
if not defined FOUND (
  python -c "import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))" >nul 2>&1 && set "FOUND=python"
)
for %%V in (312 313 311 314) do if not defined FOUND (
  if exist "%ProgramFiles%\Python%%V\python.exe" set FOUND="%ProgramFiles%\Python%%V\python.exe"
)
exit /b 0

:bring
rem The official installer, when somebody laid it beside this file.
for %%F in (python-3.1*-amd64.exe) do if not defined BROUGHT (
  set "BROUGHT=%%F"
  start /wait "" "%%F" /quiet InstallAllUsers=1 Include_test=0 Include_doc=0
)
if defined BROUGHT call :find
exit /b 0
