"""Runs SABRE once for each job, in one process, so that the interpreter's start does not count.

usage: python3 sessions.py PATH-OF-SABRE.PY < JOBS

A job is a line of JSON: the command line's arguments. For each, a line of JSON comes back: [output, seconds].
"""

import contextlib
import io
import json
import sys
import time

path = sys.argv[1]
with open(path) as file:
    code = compile(file.read(), path, 'exec')

for line in sys.stdin:
    sys.argv = [path] + json.loads(line)
    out = io.StringIO()
    started = time.process_time()
    with contextlib.redirect_stdout(out):
        exec(code, {'__name__': '__main__', '__file__': path})
    print(json.dumps([out.getvalue(), time.process_time() - started]), flush=True)
