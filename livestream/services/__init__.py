"""Every write of the cloud classroom."""

from livestream.services.films import NothingToPublish, publish, remove, take_back, try_again
from livestream.services.incoming import Busy
from livestream.services.keeping import KEPT, drop_film, drop_original
from livestream.services.partners import PartnerKnown, add_partner, end_partner, partner_of
from livestream.services.pruning import drop_expired, sweep_uploads, take_up_finished
from livestream.services.room import UploadRefused, ensure_room_for
from livestream.services.sending import SentFilms
from livestream.services.series import keep_lecture, keep_series, plan_year
from livestream.services.subscriptions import (
    NoPhone,
    end_by_reply,
    subscribe_learner,
    subscribe_phone,
    tell_subscribers,
    unsubscribe_learner,
    unsubscribe_phone,
)
from livestream.services.televisions import (
    CODE_LIVES,
    PairingRefused,
    begin_pairing,
    end_television,
    grant_on_television,
    known_set,
    new_code,
    pair,
    televisions_of,
)
from livestream.services.uploads import (
    PressReused,
    UploadGone,
    begin_upload,
    finish_upload,
    give_up,
    receive_upload,
    use_what_is_there,
)
from livestream.services.watching import (
    Right,
    WatchRefused,
    end_rights,
    grant,
    keep_place,
    may_watch,
)

__all__ = [
    "CODE_LIVES",
    "KEPT",
    "Busy",
    "NoPhone",
    "NothingToPublish",
    "PairingRefused",
    "PartnerKnown",
    "PressReused",
    "Right",
    "SentFilms",
    "UploadGone",
    "UploadRefused",
    "WatchRefused",
    "add_partner",
    "begin_pairing",
    "begin_upload",
    "drop_expired",
    "drop_film",
    "drop_original",
    "end_by_reply",
    "end_partner",
    "end_rights",
    "end_television",
    "ensure_room_for",
    "finish_upload",
    "give_up",
    "grant",
    "grant_on_television",
    "keep_lecture",
    "keep_place",
    "keep_series",
    "known_set",
    "may_watch",
    "new_code",
    "pair",
    "partner_of",
    "plan_year",
    "publish",
    "receive_upload",
    "remove",
    "subscribe_learner",
    "subscribe_phone",
    "sweep_uploads",
    "take_back",
    "take_up_finished",
    "televisions_of",
    "tell_subscribers",
    "try_again",
    "unsubscribe_learner",
    "unsubscribe_phone",
    "use_what_is_there",
]
