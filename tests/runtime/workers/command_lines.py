"""Command lines as the kernel shows them, recorded from real processes, and what each of them is.

Recorded on Linux with Celery 5.7, dramatiq 2.2, rq 3.0, huey 3.5, taskiq 0.13, gunicorn 27, uvicorn 0.54 and macOS's and
Windows' ways to start Python; paths shortened, secrets made up. `|` stands between two words.
"""

from __future__ import annotations

_CODE = "from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=7, pipe_handle=9)"

# Runner, kind, app, node's name before `@`, pool, queues; `*` where the recorded line does not decide it.
WORKERS = {
    "/v/bin/python3|/v/bin/celery|-A|proj|worker": "celery main proj celery - -",
    "/v/bin/python3.13t|/v/bin/celery|-A|proj.app:app|worker|-P|solo|-n|w1": "celery main proj.app:app w1 solo -",
    "/v/bin/python3|/v/bin/celery|--app=proj|worker|-Qa,b|-c4|--hostname=w2@%h": "celery main proj w2 - a,b",
    "/v/bin/python3|/v/bin/celery|-Aproj|-b|redis://:pw@h/0|worker": "celery main proj celery - -",
    "/v/bin/python3|/v/bin/celery|worker|-A|proj|--loglevel=info|--pool=gevent": "celery main proj celery gevent -",
    "/v/bin/python3|/v/bin/celery|-q|-C|--skip-checks|-A|proj|worker|-B": "celery main proj celery - -",
    "/v/bin/python3|/v/bin/celery|--workdir|/srv/worker|-A|beat|worker": "celery main beat celery - -",
    "/v/bin/python3|/v/bin/celery|-A|worker|worker": "celery main worker celery - -",
    "/v/bin/python3|/v/bin/celery|--tenant|blue|-A|proj|worker": "celery main proj celery - -",
    "/v/bin/python3|/v/bin/celery|-A|proj|worker|--autoscale=10,3|-X|c": "celery main proj celery - -",
    "/v/bin/python3|-m|celery|-A|proj|worker|-n|w3@host|--pidfile=/run/w3.pid|--executable=/v/bin/python3":
        "celery main proj w3 - -",
    "python|-u|-Wd|-X|dev|-Imcelery|-A|proj|worker": "celery main proj celery - -",
    "python3|-W|ignore|-bb|-m|celery.bin.celery|-A|proj|worker|-P|threads": "celery main proj celery threads -",
    "pypy3|/v/bin/celery|-A|proj|worker": "celery main proj celery - -",
    "/Library/Frameworks/Python.framework/Versions/3.12/Resources/Python.app/Contents/MacOS/Python|/v/bin/celery|worker|-Aproj":
        "celery main proj celery - -",
    "C:\\v\\Scripts\\python.exe|C:\\v\\Scripts\\celery.exe|-A|proj|worker|--pool=solo": "celery main proj celery solo -",
    "C:\\v\\Scripts\\python.exe|C:\\v\\Scripts\\celery-script.py|-A|proj|worker": "celery main proj celery - -",
    "/v/bin/python3|/v/lib/celery/__main__.py|-A|proj|worker": "celery main proj celery - -",
    "python|manage.py|celery|worker|-A|site": "celery main site celery - -",
    "python|-m|debugpy|--listen|0.0.0.0:5678|-m|celery|-A|proj|worker|-P|solo": "celery main proj celery solo -",
    "python|/v/bin/coverage|run|--branch|-m|celery|-A|proj|worker": "celery main proj celery - -",
    "python|/p/pydevd.py|--port|4000|--file|/v/bin/celery|-A|proj|worker": "celery main proj celery - -",
    "[celeryd: w1@vm:MainProcess] -active- (-A proj worker -P threads -Q a)|||||": "celery main proj w1 threads a",
    "[celeryd: w1@vm:MainProcess] Running... (-A proj worker -b redis://:pw@h/0)": "celery main proj w1 - -",
    "[celeryd: w1@vm:MainProcess] -active- ()": "celery main - w1 - -",
    "[celeryd: w1@vm:ForkPoolWorker-12]||||||": "celery pool - w1 - -",
    "[celeryd: w1@vm:SpawnPoolWorker-1]|": "celery pool - w1 - -",
    "/v/bin/python3|/v/bin/celery|-A|proj|beat|-s|/tmp/schedule": "celery beat proj - - -",
    "/v/bin/python3|/v/bin/celery|-A|worker|beat": "celery beat worker - - -",
    "[celery beat] -A proj beat -l info|||": "celery beat proj - - -",
    "[celery beat]||": "celery beat - - - -",
    "/v/bin/python3|/v/bin/celery|-A|proj|flower|--port=5555": "celery flower proj - - -",
    "/v/bin/python3|/v/bin/celery|--broker=redis://h|flower": "celery flower - - - -",
    "/v/bin/python3|/v/bin/dramatiq|-p|2|-t|1|dtasks": "dramatiq runner - - - -",
    "python|-m|dramatiq|dtasks": "dramatiq runner - - - -",
    "/v/bin/python3|/v/bin/rq|worker|-u|unix:///tmp/r.sock|q": "rq runner - - - -",
    "/v/bin/python3|/v/bin/rq|--url|redis://h|worker|q": "rq runner - - - -",
    "/v/bin/python3|/v/bin/rq|worker-pool|-n|2|q": "rq runner - - - -",
    "rq:worker:c903b4180a714622b0247c5a36a86fd2: Listening on q||||": "rq runner - - - -",
    "/v/bin/python3|/v/bin/arq|jobs.Settings": "arq runner - - - -",
    "/v/bin/python3|/v/bin/huey_consumer|mhuey.huey|-k|process|-w|2": "huey runner - - - -",
    "/v/bin/python|-m|huey.bin.huey_consumer|mhuey.huey": "huey runner - - - -",
    "/v/bin/python3|/v/bin/huey_consumer.py|mhuey.huey": "huey runner - - - -",
    "/v/bin/python3|/v/bin/taskiq|worker|tq:broker|-w|2": "taskiq runner - - - -",
    "gunicorn: master [wsgi:app]|||||": "gunicorn server - - - -",
    "/v/bin/python3|/v/bin/gunicorn|-w|2|wsgi:app": "gunicorn server - - - -",
    "/v/bin/python3|/v/bin/uvicorn|--workers|2|wsgi:asgi": "uvicorn server - - - -",
}  # fmt: skip

NO_WORKERS = (
    "", "|", "grep|celery", "grep|-r|celery -A proj worker|.", "rg|celery worker", "pgrep|-f|celery.*worker",
    "vim|celery.py", "nvim|worker.py|celery.log", "emacs|-nw|celery/worker.py", "nano|/v/bin/celery", "less|celery.log",
    "code|/srv/celery/worker", "tail|-f|/var/log/celery/worker.log", "tail|-F|celery.log|worker.log", "cat|/v/bin/celery|worker",
    "watch|celery|-A|proj|status", "man|celery", "kill|-TERM|celery", "pkill|-f|celery worker",
    "sh|-c|celery -A proj worker", "bash|-lc|exec celery -A proj worker", "/bin/sh|/v/bin/celery|-A|proj|worker",
    "sh|/entrypoint.sh|celery|-A|proj|worker", "uv|run|celery|-A|proj|worker", "/v/bin/python3|/v/bin/poetry|run|celery|worker",
    "python3|/usr/bin/pipenv|run|celery|-A|proj|worker", "hatch|run|celery|worker", "sudo|-u|app|celery|-A|proj|worker",
    "su|app|-c|celery -A proj worker", "tmux|new-session|-d|celery -A proj worker", "SCREEN|-dmS|w|celery|-A|proj|worker",
    "ssh|host|celery|-A|proj|worker", "docker|run|image|celery|-A|proj|worker", "docker|exec|-it|c|celery|-A|proj|worker",
    "docker-compose|run|celery|worker", "kubectl|exec|pod|--|celery|-A|proj|worker", "tini|--|celery|-A|proj|worker",
    "/usr/bin/dumb-init|celery|-A|proj|worker", "nohup|celery|-A|proj|worker", "timeout|60|celery|-A|proj|worker",
    "strace|-f|celery|-A|proj|worker", "systemd-run|celery|-A|proj|worker", "flock|/tmp/l|celery|-A|proj|worker",
    "python3|/v/bin/watchmedo|auto-restart|--|celery|-A|proj|worker", "/v/bin/python3|/v/bin/watchfiles|celery -A proj worker",
    "/usr/bin/python3|/usr/bin/supervisord|-c|/etc/celery-worker.conf", "python3|/v/bin/honcho|start|celery-worker",
    "/v/bin/python3|/v/bin/celery|-A|proj|inspect|active", "/v/bin/python3|/v/bin/celery|-A|proj|inspect|ping|-d|worker",
    "/v/bin/python3|/v/bin/celery|-A|proj|control|shutdown", "/v/bin/python3|/v/bin/celery|-A|worker|status",
    "/v/bin/python3|/v/bin/celery|multi|start|w1|worker|-A|proj", "/v/bin/python3|/v/bin/celery|-A|proj|multi|stopwait|worker",
    "/v/bin/python3|/v/bin/celery|-A|proj|call|worker", "/v/bin/python3|/v/bin/celery|-A|proj|events",
    "/v/bin/python3|/v/bin/celery|-A|proj|shell", "/v/bin/python3|/v/bin/celery|-A|proj|purge|-Q|worker",
    "/v/bin/python3|/v/bin/celery|-A|proj|worker|--help", "/v/bin/python3|/v/bin/celery|--version", "celery", "celery|-A|worker",
    "[celeryev:celery@vm] ", "[celery]", "[celeryd]",
    "python3|celery_worker.py", "python3|worker.py|celery", "python3|-c|import celery|worker", "python3|-|celery|worker",
    "python3|-m|pytest|tests/test_celery.py|worker", "python3|-m|pdb|debug.py|celery|worker", "python3",
    "python3|-m|celery_exporter|worker", "/v/bin/python3|/v/bin/ipython|--|celery|worker", "python3|manage.py|runserver|celery",
    "python3|/v/bin/rq|info|worker", "python3|/v/bin/rqinfo", "rq", "python3|/v/bin/taskiq|scheduler|tq:worker",
    "python3|/v/bin/gunicorn|--version", "vim|gunicorn.conf.py", "grep|dramatiq", "tail|-f|uvicorn.log",
    "tgsession-guard|workers|status", "/v/bin/python3|/v/bin/tgsession-guard|workers|stop|celery", f"python3|-c|{_CODE}|--multiprocessing-fork",
)  # fmt: skip

SPAWNED = {
    f"/v/bin/python3|-B|-c|{_CODE}|--multiprocessing-fork": True,
    "/v/bin/python3|-c|from billiard.spawn import spawn_main; spawn_main(tracker_fd=5, pipe_handle=7)|--billiard-fork": True,
    "/v/bin/python3|-c|from multiprocessing.forkserver import main; main(7, 9, [], **{})": True,
    "/v/bin/python3|-c|from multiprocessing.resource_tracker import main;main(6)": False,
    "/v/bin/python3|-c|from billiard.semaphore_tracker import main;main(6)": False,
    f"grep|{_CODE}": False,
}
