#!/bin/sh
# Is there a Python that can install the map? If so, it does the rest: offline/install.py, no network needed.
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

fits() {
  "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' >/dev/null 2>&1
}

for python in ${PYTHON:-} python3 python3.12 python3.13 python3.11 python3.14 \
  /usr/local/bin/python3 /opt/python*/bin/python3; do
  if command -v "$python" >/dev/null 2>&1 && fits "$python"; then
    exec "$python" -B "$here/install.py" "$@"
  fi
done

cat "$here/need-python.txt" >&2
found=$(command -v python3 2>/dev/null) && echo "本机现有：$found $("$found" --version 2>&1)" >&2
exit 1
