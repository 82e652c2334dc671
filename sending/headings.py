"""What people call the columns that matter, in the languages of their spreadsheets."""

import unicodedata
from functools import lru_cache

from messaging.channels import Channel

REFERENCES = (
    "recipient", "reference", "recipient_id", "customer_id", "customer", "contact_id", "id",
    "external_id", "codice", "codice_cliente", "riferimento",
)  # fmt: skip


def plain(name: str) -> str:
    """Return a name of a column (messaging.personal.name) without accents."""
    apart = unicodedata.normalize("NFKD", name)
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _words(text: str) -> frozenset[str]:
    return frozenset(plain(text).split())


# A column is one of addresses where its name has one of these words, and none that is foreign to
# them: "Numéro de téléphone" and "Mobile phone number" are, "Phone model" is not.
_PHONE = _words(
    "phone phones mobile cell cellphone cellular gsm tel telephone msisdn phonenumber mobilephone "
    "mobilenumber telefono cellulare recapito portable mobil mobilnummer mobiltelefon "
    "mobiltelefonnummer mobilfunk mobilfunknummer telefon telefonnummer handy handynummer "
    "rufnummer movil celular telefone telemovel telefoon telefoonnummer mobiel mobiele "
    "mobielnummer telefonu komorka komorkowy puhelin puhelinnumero matkapuhelin telefonszam "
    "telefonas telefons cep τηλεφωνο κινητο телефон мобильный 電話番号 携帯電話 "
    "携帯電話番号 携帯番号 电话 手机 手机号 手机号码 전화번호 휴대폰"
)
_EMAIL = _words(
    "email emails mail emailaddress courriel correo electronico eletronico posta elettronica epost "
    "sahkoposti poczta почта 邮箱 メール 이메일"
)
# These alone say it too, where no other column does; beside others they say nothing.
_NUMBER = _words("number numero nummer numer cislo numar номер")
_BETWEEN = _words(
    "address adresse adres adresa indirizzo direccion endereco e of the di de del della do da du d "
    "la le el het van no nr n e164 recipient contact customer client cliente"
)
# What says nothing of the channel.
_EITHER = frozenset({"address", "recipient_address", "to"})


@lru_cache(256)
def addresses(names: tuple[str, ...], *, channel: str) -> tuple[str, ...]:
    """Return the names that say: here is the address; there may be several, or none."""
    found = tuple(name for name in names if _is_address(plain(name), channel))
    return found or tuple(name for name in names if channel == Channel.SMS and _is_number(name))


@lru_cache(256)
def reference(names: tuple[str, ...]) -> str:
    """Return the name of what the sender calls a recipient; empty where there is none."""
    by_plain = {plain(name): name for name in reversed(names)}
    return next((by_plain[usual] for usual in REFERENCES if usual in by_plain), "")


def _is_address(name: str, channel: str) -> bool:
    named = _named(name)
    words = frozenset(named)
    if "_".join(named) in _EITHER:
        return True
    wanted = _EMAIL if channel == Channel.EMAIL else _PHONE
    return bool(words & wanted) and words <= wanted | _NUMBER | _BETWEEN


def _is_number(name: str) -> bool:
    named = _named(plain(name))
    return bool(named) and set(named) <= _NUMBER


def _named(name: str) -> list[str]:
    """Return the words of a name; of columns with one name the later ones have a number behind."""
    return [word for word in name.split("_") if not word.isdecimal()]
