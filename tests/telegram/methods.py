"""What a logged-in client asks for: configuration, users, messages, updates."""

from __future__ import annotations

import datetime as dt
from typing import Any

from telethon.tl import types

from .accounts import SERVICE_ID, Letter, Profile
from .calls import Call, method
from .faults import Refusal
from .sessions import DC_ID

_DATA_CENTRES = range(1, 6)  # all of them are this server
_MOST_MESSAGES = 100


@method("help.getConfig")
def get_config(call: Call) -> types.Config:
    """Needs no login; Telethon's `connect()` begins with it."""
    now = dt.datetime.now(dt.timezone.utc)
    here = call.server.address, call.server.port
    limits = dict.fromkeys(_CONFIG_NUMBERS, 0)
    return types.Config(
        date=now,
        expires=now + dt.timedelta(hours=1),
        test_mode=False,
        this_dc=DC_ID,
        dc_options=[types.DcOption(number, *here) for number in _DATA_CENTRES],
        dc_txt_domain_name="",
        me_url_prefix="https://t.me/",
        **limits,
    )


_CONFIG_NUMBERS = (
    *("chat_size_max", "megagroup_size_max", "forwarded_count_max", "online_update_period_ms", "offline_blur_timeout_ms"),
    *("offline_idle_timeout_ms", "online_cloud_timeout_ms", "notify_cloud_delay_ms", "notify_default_delay_ms"),
    *("push_chat_period_ms", "push_chat_limit", "edit_time_limit", "revoke_time_limit", "revoke_pm_time_limit"),
    *("rating_e_decay", "stickers_recent_limit", "channels_read_media_period", "call_receive_timeout_ms"),
    *("call_ring_timeout_ms", "call_connect_timeout_ms", "call_packet_timeout_ms", "caption_length_max"),
    *("message_length_max", "webfile_dc_id"),
)


@method("users.getUsers")
def get_users(call: Call) -> list[types.User | types.UserEmpty]:
    """Users by reference; `inputUserSelf` is how Telethon asks who it is."""
    me = call.profile
    found = [(wanted, _referred(call, wanted)) for wanted in call.request.id]
    return [
        profile.as_tl(me) if profile else types.UserEmpty(getattr(wanted, "user_id", 0)) for wanted, profile in found
    ]


@method("contacts.resolveUsername")
def resolve_username(call: Call) -> types.contacts.ResolvedPeer:
    """Who has this name."""
    me = call.profile
    profile = call.server.accounts.by_username(call.request.username)
    if profile is None:
        raise Refusal("USERNAME_NOT_OCCUPIED")
    return types.contacts.ResolvedPeer(types.PeerUser(profile.account.id), [], [profile.as_tl(me)])


@method("updates.getState")
def get_state(call: Call) -> types.updates.State:
    """Where the account's updates are."""
    return call.profile.state()


@method("updates.getDifference")
def get_difference(call: Call) -> types.updates.Difference | types.updates.DifferenceEmpty:
    """The messages that came since."""
    me = call.profile
    missed = [letter for letter in me.letters if letter.pts > call.request.pts]
    if not missed:
        return types.updates.DifferenceEmpty(date=dt.datetime.now(dt.timezone.utc), seq=0)
    return types.updates.Difference([letter.as_tl() for letter in missed], [], [], [], _people(call, missed), me.state())


@method("messages.getHistory")
def get_history(call: Call) -> types.messages.Messages | types.messages.MessagesSlice:
    """The messages of one chat, the newest first."""
    request, me = call.request, call.profile
    peer = _peer(call, request.peer).account.id
    chat = [letter for letter in reversed(me.letters) if letter.peer == peer]
    asked = [
        letter
        for letter in chat
        if (not request.offset_id or letter.id < request.offset_id)
        and (not request.max_id or letter.id < request.max_id)
        and letter.id > request.min_id
    ]
    page = asked[max(0, request.add_offset) :][: min(request.limit, _MOST_MESSAGES)]
    sent = [letter.as_tl() for letter in page]
    if len(page) == len(chat):
        return types.messages.Messages(sent, [], [], _people(call, page))
    return types.messages.MessagesSlice(len(chat), sent, [], [], _people(call, page))


@method("messages.sendMessage")
def send_message(call: Call) -> types.UpdateShortSentMessage:
    """Keep a message, and hand it to who it is for."""
    me, to = call.profile, _peer(call, call.request.peer)
    letter = me.keep(to.account.id, me.account.id, call.request.message)
    if to is not me:
        call.server.deliver(to, me, call.request.message)
    return types.UpdateShortSentMessage(id=letter.id, pts=letter.pts, pts_count=1, date=letter.date, out=True)


@method("account.updateStatus")
@method("upload.saveFilePart")
@method("upload.saveBigFilePart")
def accept(call: Call) -> bool:
    """Taken, and of no consequence."""
    return call.profile is not None


def _peer(call: Call, peer: Any) -> Profile:
    profile = _referred(call, peer)
    if profile is None:
        raise Refusal("PEER_ID_INVALID")
    return profile


def _referred(call: Call, reference: Any) -> Profile | None:
    if isinstance(reference, types.InputUserSelf | types.InputPeerSelf):
        return call.profile
    return call.server.accounts.by_id(getattr(reference, "user_id", 0))


def _people(call: Call, letters: list[Letter]) -> list[types.User]:
    me = call.profile
    numbers = {number for letter in letters for number in (letter.peer, letter.sender)} | {me.account.id}
    profiles = map(call.server.accounts.by_id, [*sorted(numbers - {SERVICE_ID}), SERVICE_ID])
    return [profile.as_tl(me) for profile in profiles if profile]
