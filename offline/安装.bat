@echo off
rem Is there a Python that can install the map? If so, it does the rest: install.py, no network needed.
rem ASCII only: what is said in Chinese stands in need-python.txt and install.py, which are UTF-8.
setlocal
chcp 65001 >nul
set PYTHONUTF8=1
rem What lies in this folder is never taken for a tool of Windows.
set NoDefaultCurrentDirectoryInExePath=1
set ASK=
if "%~1"=="" set ASK=1
if "%~1"=="--elevated" set ASK=1
rem pushd and not cd: the package may lie on a share of the network.
pushd "%~dp0"

rem fltmc asks for an administrator and nothing else; net session also fails where the Server service is off.
fltmc >nul 2>&1 && goto :allowed
if not "%~1"=="" goto :allowed
set "SELF=%~f0"
powershell -NoProfile -Command "Start-Process -Verb RunAs -FilePath $env:SELF -ArgumentList '--elevated'" && exit /b 0
:allowed

call :find %*
if not defined FOUND call :bring %*
if not defined FOUND (
  type need-python.txt
  if defined ASK pause
  exit /b 1
)
%FOUND% -B install.py %*
set CODE=%ERRORLEVEL%
if defined ASK pause
exit /b %CODE%

:find
rem install.py itself says which Python fits; first those that are there for all users, as a service needs it.
for %%V in (312 313 311 314) do if not defined FOUND if exist "%ProgramFiles%\Python%%V\python.exe" (
  "%ProgramFiles%\Python%%V\python.exe" -B install.py --fits %* >nul 2>&1 && set FOUND="%ProgramFiles%\Python%%V\python.exe"
)
for %%V in (3.12 3.13 3.11 3.14) do if not defined FOUND (
  py -%%V -B install.py --fits %* >nul 2>&1 && set "FOUND=py -%%V"
)
if not defined FOUND (
  python -B install.py --fits %* >nul 2>&1 && set "FOUND=python"
)
exit /b 0

:bring
rem The official installer, when somebody laid it beside this file.
for %%V in (3.12 3.13 3.11 3.14) do for %%F in (python-%%V.*-amd64.exe) do if not defined BROUGHT (
  set "BROUGHT=%%F"
  start /wait "" "%CD%\%%F" /quiet InstallAllUsers=1 Include_test=0 Include_doc=0
)
if defined BROUGHT call :find %*
exit /b 0
