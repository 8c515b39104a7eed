from __future__ import annotations

import os
import ssl
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given as for_every
from hypothesis import strategies as st

from tgsession_runtime.config import Settings, settings, settings_here
from tgsession_runtime.errors import ConfigurationError
from tgsession_runtime.lease_settings import leasing_of
from tgsession_runtime.setting import SETTINGS
from tgsession_runtime.state import State

HASH = "0123456789abcdef0123456789abcdef"
STRING = "1" + "BVtsOHwBuIyWxHR8gP2v" * 18
TOKEN = "12345:AAF-fake-token-of-a-bot"
SECRETS = {"api_hash": HASH, "session_string": STRING, "bot_token": TOKEN}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    return folder


def table(folder: Path, text: str) -> Path:
    path = folder / "pyproject.toml"
    path.write_text(f"[tool.tgsession-guard]\n{text}\n", "utf-8")
    return path


def load(cwd: Path, environ: dict[str, str] | None = None, **given: object) -> Settings:
    return settings(given, environ={"HOME": "/home/nobody", **(environ or {})}, cwd=cwd)


def refusal(cwd: Path, environ: dict[str, str] | None = None, **given: object) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load(cwd, environ, **given)
    return caught.value.explain()


# who counts before whom


def test_an_argument_counts_before_the_environment_and_that_before_the_file(project: Path) -> None:
    file = table(project, "lock-timeout = 1\nconnect-timeout = 1\ndisconnect-timeout = 1")
    environ = {"TGSESSION_LOCK_TIMEOUT": "2", "TGSESSION_CONNECT_TIMEOUT": "2"}

    found = load(project, environ, lock_timeout=3)

    assert (found.lock_timeout, found.connect_timeout, found.disconnect_timeout) == (3.0, 2.0, 1.0)
    assert found.origins["lock_timeout"] == "argument"
    assert found.origins["connect_timeout"] == "TGSESSION_CONNECT_TIMEOUT"
    assert found.origins["disconnect_timeout"] == str(file)
    assert found.origins["workers"] == "default"


def test_a_working_folder_that_was_removed_is_said(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = project / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    with pytest.raises(ConfigurationError, match="the working folder cannot be used: No such file or directory"):
        settings_here({})


def test_without_anything_the_defaults_hold(project: Path) -> None:
    found = load(project)

    assert (found.lock_timeout, found.connect_timeout, found.disconnect_timeout) == (30.0, 30.0, 10.0)
    assert (found.workers, found.exclusive, found.lease, found.lease_required) == ("refuse", True, None, True)
    assert (found.session, found.api_id, found.project, found.file) == (None, None, project, None)


def test_an_argument_of_none_was_not_given(project: Path) -> None:
    found = load(project, {"TGSESSION_API_ID": "7"}, api_id=None, bot_token=None)

    assert (found.api_id, found.bot_token) == (7, None)


def test_a_session_of_none_was_given_and_lives_in_memory(project: Path) -> None:
    found = load(project, {"TGSESSION_SESSION": "other"}, session=None)

    assert found.session is None
    found.required("session")


@pytest.mark.parametrize("name", [setting.name for setting in SETTINGS])
def test_every_default_is_the_same_in_both_places(name: str, project: Path) -> None:
    known = {setting.name: setting.default for setting in SETTINGS}

    if name != "state_dir":
        assert getattr(load(project), name) == known[name]


# the session


def test_a_session_of_the_file_is_relative_to_its_folder(project: Path) -> None:
    table(project, 'session = "data/alerts"')
    below = project / "scripts"
    below.mkdir()

    assert load(below).session == str(project / "data" / "alerts")


def test_a_session_of_the_environment_is_relative_to_the_working_folder(project: Path) -> None:
    assert load(project, {"TGSESSION_SESSION": "alerts"}).session == str(project / "alerts")


def test_home_is_meant_by_a_tilde_in_the_environment_and_in_the_file(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("USERPROFILE", "/home/somebody")
    table(project, 'session = "~/alerts"')

    assert load(project).session == "/home/somebody/alerts"
    assert load(project, {"TGSESSION_SESSION": "~/news"}).session == "/home/somebody/news"


def test_a_session_that_is_an_argument_stays_what_telethon_gets(project: Path) -> None:
    session = object()

    assert load(project, session=session).session is session
    assert load(project, session="~/alerts").session == "~/alerts"


def test_a_session_string_counts_for_the_session(project: Path) -> None:
    found = load(project, {"TGSESSION_SESSION_STRING": STRING})

    found.required("session")
    assert (found.session, found.session_string) == (None, STRING)


def test_a_nearer_session_takes_the_place_of_a_farther_session_string(project: Path) -> None:
    found = load(project, {"TGSESSION_SESSION_STRING": STRING}, session="alerts")

    assert (found.session, found.session_string) == ("alerts", None)


def test_a_nearer_session_string_takes_the_place_of_a_farther_session(project: Path) -> None:
    table(project, 'session = "alerts"')

    found = load(project, {"TGSESSION_SESSION_STRING": STRING})

    assert (found.session, found.session_string) == (None, STRING)


def test_a_session_and_a_session_string_in_one_place_contradict_each_other(project: Path) -> None:
    said = refusal(project, {"TGSESSION_SESSION": "alerts", "TGSESSION_SESSION_STRING": STRING})

    assert "`TGSESSION_SESSION` and `TGSESSION_SESSION_STRING` are both given" in said


@pytest.mark.parametrize("where", ["argument", "environment"])
def test_a_session_string_where_a_name_is_meant_is_refused_unseen(where: str, project: Path) -> None:
    said = refusal(project, session=STRING) if where == "argument" else refusal(project, {"TGSESSION_SESSION": STRING})

    assert "TGSESSION_SESSION_STRING" in said
    assert STRING not in said


# secrets


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_comes_from_a_file_that_the_environment_names(name: str, project: Path) -> None:
    path = project / "secret"
    path.write_text(f"  {SECRETS[name]}\n", "utf-8")

    found = load(project, {f"TGSESSION_{name.upper()}_FILE": "secret"})

    assert getattr(found, name) == SECRETS[name]
    assert found.origins[name] == str(path)


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_comes_from_a_file_beside_the_project(name: str, project: Path) -> None:
    (project / "secrets").mkdir()
    (project / "secrets" / "it").write_text(SECRETS[name], "utf-8")
    table(project, f'{name}_file = "secrets/it"')
    below = project / "src"
    below.mkdir()

    assert getattr(load(below), name) == SECRETS[name]


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "No such file"), (b" \n", "it is empty"), (b"\xff\xfe\x00", "it is no text")]
)
def test_a_secret_file_that_is_no_use_says_why(content: bytes | None, reason: str, project: Path) -> None:
    if content is not None:
        (project / "secret").write_bytes(content)

    said = refusal(project, {"TGSESSION_API_HASH_FILE": "secret"})

    assert f"`TGSESSION_API_HASH_FILE` names `{project / 'secret'}`" in said
    assert reason in said


def test_a_secret_and_a_file_for_it_in_one_place_contradict_each_other(project: Path) -> None:
    said = refusal(project, {"TGSESSION_API_HASH": HASH, "TGSESSION_API_HASH_FILE": "nowhere"})

    assert "`TGSESSION_API_HASH` and `TGSESSION_API_HASH_FILE` are both given" in said
    assert HASH not in said


def test_a_file_that_a_nearer_value_makes_needless_is_not_read(project: Path) -> None:
    assert load(project, {"TGSESSION_API_HASH_FILE": "nowhere"}, api_hash=HASH).api_hash == HASH


@pytest.mark.parametrize("name", ["session_string", "bot_token"])
def test_a_secret_in_a_committed_file_is_refused_with_the_way_out(name: str, project: Path) -> None:
    table(project, f'{name} = "{SECRETS[name]}"')

    said = refusal(project)

    assert f"TGSESSION_{name.upper()}_FILE" in said
    assert "committed" in said
    assert SECRETS[name] not in said


def test_an_api_hash_in_a_committed_file_is_taken(project: Path) -> None:
    table(project, f'api_hash = "{HASH}"')

    assert load(project).api_hash == HASH


def test_no_secret_stands_in_the_repr_of_settings(project: Path) -> None:
    shown = repr(load(project, session_string=STRING, api_hash=HASH, bot_token=TOKEN))

    assert not any(secret in shown for secret in (STRING, HASH, TOKEN))


@pytest.mark.parametrize("secret", [HASH, STRING, TOKEN])
@pytest.mark.parametrize("name", [setting.name for setting in SETTINGS])
@pytest.mark.parametrize("where", ["argument", "environment", "file"])
def test_no_refusal_repeats_a_value_that_may_be_a_secret(name: str, secret: str, where: str, project: Path) -> None:
    """Whatever setting a secret was put into by mistake."""
    if where == "file":
        table(project, f'{name} = "{secret}"')
    variables = {f"TGSESSION_{name.upper()}": secret} if where == "environment" else {}
    given = {name: secret} if where == "argument" else {}

    try:
        found = load(project, variables, **given)
        found.required(*SECRETS, "session", "api_id")
    except ConfigurationError as error:
        assert secret not in error.explain() + repr(error) + "".join(getattr(error, "__notes__", ()))
        assert error.__cause__ is None


# what a value may be


@pytest.mark.parametrize("value", ["-1", "nan", "inf", "-inf", "1e999", "soon", "True"])
@pytest.mark.parametrize("name", ["lock_timeout", "connect_timeout", "disconnect_timeout"])
def test_a_time_that_is_no_time_is_refused(name: str, value: str, project: Path) -> None:
    said = refusal(project, {f"TGSESSION_{name.upper()}": value})

    assert f"`TGSESSION_{name.upper()}` is not what it has to be" in said
    assert "a number of seconds" in said


@pytest.mark.parametrize("value", [True, -1, float("nan"), float("inf"), [], {}, "", 10**400, object()])
def test_an_argument_that_is_no_time_is_refused(value: object, project: Path) -> None:
    assert "the argument `lock_timeout` is not what it has to be" in refusal(project, lock_timeout=value)


@pytest.mark.parametrize("value", [0, -5, 1.5, True, "x", "", "12 3", [], HASH])
def test_an_api_id_that_is_none_is_refused(value: object, project: Path) -> None:
    said = refusal(project, api_id=value)

    assert "the argument `api_id`" in said
    assert HASH not in said


def test_an_api_id_may_be_written_in_digits(project: Path) -> None:
    assert load(project, api_id=" 123 ").api_id == 123
    assert load(project, {"TGSESSION_API_ID": "0123"}).api_id == 123


@pytest.mark.parametrize("value", ["never", "Refuse", "", 1, True, []])
def test_workers_takes_one_of_three_words(value: object, project: Path) -> None:
    assert "refuse, wait or ignore" in refusal(project, workers=value)


@pytest.mark.parametrize(
    ("word", "meaning"), [("1", True), ("true", True), ("Yes", True), (" ON ", True), ("0", False), ("FALSE", False), ("off", False)]
)
def test_the_environment_says_yes_and_no_in_several_ways(word: str, meaning: bool, project: Path) -> None:
    assert load(project, {"TGSESSION_EXCLUSIVE": word}).exclusive is meaning


@pytest.mark.parametrize("value", [2, 1.0, "maybe", []])
def test_what_is_neither_yes_nor_no_is_refused(value: object, project: Path) -> None:
    assert "true or false" in refusal(project, exclusive=value)


@pytest.mark.parametrize("value", ["5", "[]", "true", '""'])
@pytest.mark.parametrize("key", ["session", "state-dir", "api-hash", "api-hash-file"])
def test_the_file_may_say_nothing_but_text_where_text_is_meant(key: str, value: str, project: Path) -> None:
    file = table(project, f"{key} = {value}")

    said = refusal(project)

    assert str(file) in said or str(project) in said


@for_every(value=st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers()), st.binary()))
@pytest.mark.parametrize("name", [setting.name for setting in SETTINGS])
def test_any_argument_is_taken_or_refused_on_purpose(name: str, value: object) -> None:
    try:
        settings({name: value}, environ={"HOME": "/nowhere"}, cwd=Path("/"))
    except ConfigurationError as error:
        assert error.explain().startswith("error: ")


@pytest.mark.parametrize("address", [
    "redis://host", "rediss://u:p@host:1/2", "unix:///run/redis", "redis+sentinel://a,b/main", "redis+cluster://a:1,b:2", "celery",
    "redis://[::1]:6379/0", "unix:///run/redis@1.sock", "unix://u:p@/run/redis", "rediss://:p%2Fq@host?ssl_check_hostname=a@b", "postgresql:///db?user=me@x",
    "postgresql://u@a:5432,b/db",
])  # fmt: skip
def test_a_lease_is_taken_from_an_address_or_from_celery(address: str, project: Path) -> None:
    assert load(project, {"TGSESSION_LEASE": address}).lease == address


@pytest.mark.parametrize("address", ["host", "redis:", "http://host", "memcached://host", "yes"])
def test_a_lease_that_there_is_no_store_for_is_refused_unseen(address: str, project: Path) -> None:
    assert "`TGSESSION_LEASE` is not what it has to be" in refusal(project, {"TGSESSION_LEASE": address})


@pytest.mark.parametrize("secret", ["hunter/2", "12/hunter", "hunter?2", "12?hunter", "hunter#2", "12#hunter"])
@pytest.mark.parametrize("form", ["redis://:{}@host:6379/0", "redis+cluster://u:{}@a,b", "unix://:{}@/run/redis", "postgresql://u:{}@host/db"])
def test_half_of_a_password_that_is_not_written_for_an_address_is_not_taken_for_a_host(form: str, secret: str, project: Path) -> None:
    said = refusal(project, {"TGSESSION_LEASE": form.format(secret)})

    assert "`TGSESSION_LEASE` is not what it has to be" in said
    assert "hunter" not in said


def test_nor_is_that_of_celery_s_redis(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import celery

    app = celery.Celery(set_as_current=False)
    app.conf.update({"broker_url": "redis://:hunter/2@host"})
    monkeypatch.setattr(celery, "current_app", app)

    with pytest.raises(ConfigurationError) as caught:
        leasing_of(load(project, lease="celery"))

    assert "hunter" not in caught.value.explain()
    assert "%2F" in caught.value.explain()


def test_a_lease_of_none_is_said_on_purpose(project: Path) -> None:
    assert load(project, {"TGSESSION_LEASE": "celery"}, lease=None).lease is None


@pytest.mark.parametrize(("settings", "said"), [
    ({"LEASE_DEADLINE": "60"}, "`lease_duration` has to be at least 2 above `lease_deadline`"),
    ({"LEASE_DEADLINE": "15"}, "`lease_deadline` has to be above 15"),
    ({"LEASE_RENEW": "0"}, "`lease_renew` has to be above 0"),
    ({"LEASE_DEADLINE": "59"}, "Telegram's timer for that counts whole seconds"),
    ({"EXCLUSIVE": "no"}, "a lease is for one holder"),
    ({"LEASE": "celery"}, "no Celery app is loaded"),
])  # fmt: skip
def test_terms_that_let_two_hosts_in_are_refused(settings: dict[str, str], said: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "celery", raising=False)
    found = load(project, {f"TGSESSION_{name}": value for name, value in ({"LEASE": "redis://host"} | settings).items()})

    with pytest.raises(ConfigurationError, match=said):
        leasing_of(found)


@pytest.mark.parametrize(("conf", "url"), [
    ({"broker_url": "redis://one"}, "redis://one"),
    ({"broker_url": "amqp://one", "result_backend": "rediss://two/1"}, "rediss://two/1"),
    ({"broker_url": "amqp://one;redis+socket:///three"}, "redis+socket:///three"),
    ({"broker_url": "sentinel://:p@a:1;sentinel://:p@b:2/3", "broker_transport_options": {"master_name": "main"}},
     "redis+sentinel://:p@a:1,b:2/main/3"),
    ({"broker_url": "sentinel://a", "broker_transport_options": {"master_name": "main", "sentinel_kwargs": {"password": "s&"}},
      "broker_use_ssl": {"ssl_ca_certs": "/ca.pem"}}, "rediss+sentinel://a/main?sentinel_password=s%26&ssl_ca_certs=%2Fca.pem"),
    ({"broker_url": "redis://one", "broker_use_ssl": {"ssl_cert_reqs": ssl.CERT_REQUIRED}}, "rediss://one?ssl_cert_reqs=CERT_REQUIRED"),
    ({"broker_url": "rediss://one", "broker_use_ssl": True}, "rediss://one"),
    ({"broker_url": "redis://one", "redis_backend_use_ssl": {"ssl_cert_reqs": ssl.CERT_NONE}}, "redis://one"),
])  # fmt: skip
def test_celery_s_redis_is_the_broker_s_else_the_back_end_s(
    conf: dict[str, object], url: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import celery

    app = celery.Celery(set_as_current=False)
    app.conf.update(conf)
    # As `app.set_current()`, whatever apps other tests of this process have left behind.
    monkeypatch.setattr(celery, "current_app", app)

    assert (found := leasing_of(load(project, lease="celery"))) is not None
    assert found.url == url


def test_celery_s_redis_is_that_of_the_app_that_is_configured(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "app_with_a_redis.py").write_text('from celery import Celery\napp = Celery(broker="redis://three")\n', "utf-8")
    monkeypatch.syspath_prepend(project)

    found = leasing_of(load(project, {"TGSESSION_CELERY_APP": "app_with_a_redis:app"}, lease="celery"))

    assert found is not None
    assert found.url == "redis://three"


# what is unknown


@pytest.mark.parametrize(
    ("key", "near"), [("lock-timout", "lock-timeout"), ("sesion", "session"), ("api_ids", "api-id"), ("bot-token-fil", "bot-token-file")]
)
def test_an_unknown_key_names_the_nearest_known_one(key: str, near: str, project: Path) -> None:
    table(project, f'{key} = "x"')

    assert f"did you mean `{near}`?" in refusal(project)


@pytest.mark.parametrize(
    ("variable", "near"),
    [("TGSESSION_API_HASHFILE", "TGSESSION_API_HASH_FILE"), ("TGSESSION_HOSTS", "TGSESSION_HOST"), ("TGSESSION_APIID", "TGSESSION_API_ID")],
)
def test_an_unknown_variable_names_the_nearest_known_one(variable: str, near: str, project: Path) -> None:
    assert f"did you mean `{near}`?" in refusal(project, {variable: "x"})


def test_a_key_that_is_near_none_gets_the_list(project: Path) -> None:
    table(project, "zzzzzz = 1")

    assert "lock-timeout" in refusal(project)


@pytest.mark.parametrize(
    "variable", ["TGSESSION_LINT_SELECT", "TGSESSION_BENCH_RUNS", "TGSESSION_TEST_X", "TGSESSION_CASES", "TGSESSION_FUZZ", "TGSESSION_HOST", "TGSESSIONX"]
)
def test_variables_of_others_are_left_alone(variable: str, project: Path) -> None:
    assert load(project, {variable: "x"}).lock_timeout == 30.0


def test_an_empty_variable_is_refused_rather_than_passed_over(project: Path) -> None:
    """Else a variable that lost its value would let the file decide which login is used."""
    assert "`TGSESSION_SESSION` is empty" in refusal(project, {"TGSESSION_SESSION": ""})


def test_one_key_in_both_spellings_is_refused(project: Path) -> None:
    table(project, "api-id = 1\napi_id = 2")

    assert "stands twice" in refusal(project)


# what is missing


def test_each_missing_value_is_named_with_every_way_to_give_it(project: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(project).required("session", "api_id", "api_hash")

    error, _, *ways = caught.value.explain().splitlines()
    assert error == "error: not given: `session`, `api_id`, `api_hash`"
    assert [way.removeprefix("hint:").split(":")[0].strip() for way in ways] == ["session", "api_id", "api_hash"]
    assert all(
        part in way
        for way, parts in zip(
            ways,
            [("`TGSESSION_SESSION`", "`TGSESSION_SESSION_STRING`"), ("`TGSESSION_API_ID`",), ("`TGSESSION_API_HASH_FILE`",)],
            strict=True,
        )
        for part in (*parts, str(project / "pyproject.toml"), "argument")
    )


def test_only_what_is_missing_is_named(project: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(project, session="alerts", api_id=1).required("session", "api_id", "api_hash")

    assert str(caught.value) == "not given: `api_hash`"


# which file


def test_a_nearer_file_without_our_table_is_passed_over(project: Path) -> None:
    table(project, "api-id = 1")
    package = project / "packages" / "bot"
    package.mkdir(parents=True)
    (package / "pyproject.toml").write_text('[project]\nname = "bot"\n', "utf-8")

    found = load(package)

    assert (found.api_id, found.project, found.file) == (1, project, project / "pyproject.toml")


def test_the_nearest_file_of_all_marks_the_project_where_none_has_our_table(project: Path) -> None:
    (project / "pyproject.toml").write_text('[project]\nname = "tgsession-guard-user"\n', "utf-8")
    below = project / "src"
    below.mkdir()

    assert load(below).project == project


def test_no_file_above_the_checkout_counts(project: Path) -> None:
    table(project.parent, "api-id = 1")

    assert load(project).api_id is None


def test_no_file_in_the_home_folder_counts_for_what_lies_below_it(tmp_path: Path) -> None:
    table(tmp_path, "api-id = 1")
    below = tmp_path / "bot"
    below.mkdir()

    assert settings({}, environ={"HOME": str(tmp_path)}, cwd=below).api_id is None
    assert settings({}, environ={"HOME": str(tmp_path)}, cwd=tmp_path).api_id == 1


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_no_file_counts_that_anybody_could_have_left_above(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    (shared / "bot").mkdir(parents=True)
    shared.chmod(0o1777)
    table(shared, "api-id = 1")

    assert load(shared / "bot").api_id is None


def test_a_file_that_changed_is_read_again(project: Path) -> None:
    file = table(project, "api-id = 1")
    before = load(project).api_id
    table(project, "api-id = 2")
    os.utime(file, ns=(0, 0))

    assert (before, load(project).api_id) == (1, 2)


def test_a_file_that_stays_the_same_is_read_once(project: Path) -> None:
    file = table(project, "api-id = 1")
    seen = file.stat()
    load(project)
    file.write_text(file.read_text("utf-8").replace("1", "2"), "utf-8")
    os.utime(file, ns=(seen.st_atime_ns, seen.st_mtime_ns))

    assert load(project).api_id == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [("[tool.tgsession-guard\n", "no valid TOML"), ("[tool]\ntgsession-guard = 1\n", "is no table"), ("# tgsession-guard \udcff\n", "UTF-8")],
)
def test_a_file_that_cannot_be_understood_is_named(text: str, reason: str, project: Path) -> None:
    (project / "pyproject.toml").write_bytes(text.encode("utf-8", "surrogateescape"))

    said = refusal(project)

    assert reason in said
    assert str(project / "pyproject.toml") in said


def test_a_table_with_underscores_is_ours_too(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.tgsession_guard]\napi_id = 3\n", "utf-8")

    assert load(project).api_id == 3


def test_the_state_folder_is_this_user_s_whatever_the_umask(project: Path) -> None:
    before = os.umask(0o177)
    try:
        lock = State(project / "state").key_lock("0" * 16)
    finally:
        os.umask(before)

    assert [stat.S_IMODE(one.stat().st_mode) for one in (lock.parent, lock.parent.parent)] == [0o700, 0o700]


def test_the_state_folder_is_where_it_was_said(project: Path) -> None:
    table(project, 'state-dir = "state"')

    assert load(project).state_dir == project / "state"
    assert load(project, {"TGSESSION_STATE_DIR": "here"}).state_dir == project / "here"
    assert load(project, {"TGSESSION_STATE_DIR": "/there"}).state_dir == Path("/there")
