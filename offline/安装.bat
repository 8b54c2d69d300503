@echo off
rem Is there a Python that can install the map? If so, it does the rest: install.py, no network needed.
rem ASCII only: what is said in Chinese stands in need-python.txt and install.py, which are UTF-8.
setlocal
chcp 65001 >nul
set PYTHONUTF8=1
rem What lies in this folder is never taken for a tool of Windows.
set NoDefaultCurrentDirectoryInExePath=1
set ASK=
set FOUND=
set BROUGHT=
if "%~1"=="" set ASK=1
if "%~1"=="--elevated" set ASK=1
rem pushd and not cd: the package may lie on a share of the network.
pushd "%~dp0" || cd /d "%~dp0"

rem fltmc asks for an administrator and nothing else; net session also fails where the Server service is off.
fltmc >nul 2>&1 && goto :allowed
if not "%~1"=="" goto :allowed
rem Through cmd with quotes around it all: started as a .bat, a folder with brackets or & in its name would be cut.
set "AGAIN=/d /c ""%~f0" --elevated""
powershell -NoProfile -Command "Start-Process -Verb RunAs -FilePath $env:ComSpec -ArgumentList $env:AGAIN" && (popd & exit /b 0)
:allowed

set ARGS=%*
call :find
if not defined FOUND call :bring
if not defined FOUND (
  type need-python.txt
  if defined ASK pause
  popd
  exit /b 1
)
%FOUND% -B install.py %*
set CODE=%ERRORLEVEL%
if defined ASK pause
popd
exit /b %CODE%

:find
rem install.py itself says which Python fits; first those that are there for all users, as a service needs it.
for %%V in (312 313 311 314) do if exist "%ProgramFiles%\Python%%V\python.exe" call :try "%ProgramFiles%\Python%%V\python.exe"
for %%V in (3.12 3.13 3.11 3.14) do call :try py -%%V
call :try python
exit /b 0

:try
rem No brackets around this: one in an argument would end them.
if defined FOUND exit /b 0
%* -B install.py --fits %ARGS% >nul 2>&1 && set FOUND=%*
exit /b 0

:bring
rem The official installer, when somebody laid it beside this file.
for %%V in (3.12 3.13 3.11 3.14) do for %%F in (python-%%V.*-amd64.exe) do if not defined BROUGHT (
  set "BROUGHT=%%F"
  start /wait "" "%CD%\%%F" /quiet InstallAllUsers=1 Include_test=0 Include_doc=0
)
if defined BROUGHT call :find
exit /b 0
