@echo off
rem Starts the server: sluice [arguments of the server]
rem
rem   JAVA_HOME         which Java to run; otherwise the java on the path
rem   SLUICE_JAVA_OPTS  options for Java: heap, collector, system properties
rem   SLUICE_ARCHIVE    the directory of the archive of loaded classes, which makes starts short; "off" for none;
rem                     otherwise "cache" beside this file's directory
setlocal EnableExtensions DisableDelayedExpansion

for %%i in ("%~dp0..") do set "SLUICE_HOME=%%~fi"
if not exist "%SLUICE_HOME%\lib" (
  echo sluice: no lib directory in "%SLUICE_HOME%" ^(expected: an unpacked distribution^) 1>&2
  exit /b 1
)

set "JAVA=java.exe"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java.exe"
if defined JAVA_HOME if not exist "%JAVA%" (
  echo sluice: no java.exe in "%JAVA_HOME%\bin", where JAVA_HOME points ^(expected: a Java 17 or newer^) 1>&2
  exit /b 1
)

rem openjdk version "17.0.15" 2025-04-15: the third word, without its quotes, up to the first dot or dash.
set "VERSION="
for /f "tokens=3" %%v in ('""%JAVA%" -version 2^>^&1" ^| findstr /c:" version "') do if not defined VERSION set "VERSION=%%~v"
if not defined VERSION (
  echo sluice: cannot find a Java ^(expected: 17 or newer, on the path or in JAVA_HOME^) 1>&2
  exit /b 1
)
for /f "tokens=1 delims=.-" %%m in ("%VERSION%") do set "MAJOR=%%m"
if %MAJOR% LSS 17 (
  echo sluice: "%JAVA%" is Java %VERSION% ^(expected: 17 or newer^) 1>&2
  exit /b 1
)

set "OPTIONS=-Dguice_bytecode_gen_option=DISABLED"
if %MAJOR% GEQ 22 set "OPTIONS=%OPTIONS% --enable-native-access=ALL-UNNAMED"
if %MAJOR% GEQ 23 set "OPTIONS=%OPTIONS% --sun-misc-unsafe-memory-access=allow"
set "LOGGING="
if exist "%SLUICE_HOME%\conf\logback.xml" set LOGGING="-Dlogback.configurationFile=%SLUICE_HOME%\conf\logback.xml"

rem An archive that does not fit is passed over by Java; that it does not fit is nothing that anybody has to hear of.
if not defined SLUICE_ARCHIVE set "SLUICE_ARCHIVE=%SLUICE_HOME%\cache"
set "ARCHIVE="
if /i "%SLUICE_ARCHIVE%"=="off" goto run
set "FILE=%SLUICE_ARCHIVE%\java-%VERSION%-%PROCESSOR_ARCHITECTURE%.jsa"
set ARCHIVE="-Dsluice.archive=%FILE%"
if not exist "%FILE%" goto run
set ARCHIVE=%ARCHIVE% "-XX:SharedArchiveFile=%FILE%" -Xlog:cds*=off
if %MAJOR% GEQ 24 set ARCHIVE=%ARCHIVE% -Xlog:aot*=off

:run
"%JAVA%" %OPTIONS% %ARCHIVE% %LOGGING% "-Dsluice.home=%SLUICE_HOME%" %SLUICE_JAVA_OPTS% -cp "%SLUICE_HOME%\lib\*" dev.sluice.server.Main %*
exit /b %ERRORLEVEL%
