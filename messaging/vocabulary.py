"""The words with which people ask to be left alone, by language and market, and where from.

What everybody must understand is published: CTIA, Messaging Principles and Best Practices (2023),
5.1.3 (STOP, CANCEL, UNSUBSCRIBE, QUIT, END); Twilio, "support for opt-out keywords" (STOPALL,
REVOKE, OPTOUT, ARRET; START, UNSTOP, YES; HELP, INFO); AWS End User Messaging, "Required opt-out
keywords" (OPT-OUT, REMOVE, TD); Sinch, "Standard opt-out keywords and advanced alternatives".

For other languages nobody publishes a set; what is asked is "similar keywords in the recipient's
local language" (Klaviyo, "SMS in the EU").  So each set holds how its language says stop, end,
cancel, unsubscribe and leave me, and only words that as a whole message mean nothing else: never
a plain "no", which answers any question.
"""

from functools import lru_cache
from typing import NamedTuple


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(","))


STOP = _words(
    "stop, stopall, stop all, stop it, unsubscribe, unsub, cancel, end, quit, revoke, optout, "
    "opt out, opted out, remove, remove me, arret, arrete, arreter, arrett, stopp"
)
START = _words("start, unstop")
HELP = _words("help, info")


class Language(NamedTuple):
    """The words of one language, and the countries where it is expected to be written."""

    countries: str
    stop: frozenset[str]


LANGUAGES = {
    "en": Language(
        "US CA PR GB IE AU NZ ZA IN SG PH NG KE GH",
        _words("td, no more, stop texts, stop texting, stop texting me, stop messages, opt me out"),
    ),
    "fr": Language(
        "FR BE CH LU MC CA SN CI CM MA TN DZ RE GP MQ GF YT NC PF BJ BF ML TG CG CD GA MG",
        _words(
            "arrêt, arrêtez, arrêter, désabonner, désabonnement, désinscrire, désinscription, "
            "me désabonner, annuler, résilier, stop sms, stop pub, fin, retirer"
        ),
    ),
    "it": Language(
        "IT SM VA CH",
        _words(
            "basta, ferma, fermare, fermate, annulla, annullare, cancella, cancellami, "
            "cancellatemi, cancellazione, disiscrivi, disiscrivimi, disiscrizione, rimuovi, "
            "rimuovimi, revoca, stop sms, disdici"
        ),
    ),
    "de": Language(
        "DE AT CH LI LU BE",
        _words(
            "stopp, stoppen, abmelden, abmeldung, abbestellen, abbestellung, kündigen, beenden, "
            "ende, widerruf, widerrufen, austragen, löschen, stop sms"
        ),
    ),
    "es": Language(
        "ES MX AR CO CL PE VE EC GT CU BO DO HN PY SV NI CR PA UY PR US GQ",
        _words(
            "alto, baja, darme de baja, dar de baja, parar, para, detener, cancelar, salir, "
            "fin, desuscribir, desuscribirme, anular, eliminar, remover, no más, basta"
        ),
    ),
    "pt": Language(
        "PT BR AO MZ CV GW ST TL",
        _words(
            "parar, pare, sair, cancelar, cancela, remover, descadastrar, desinscrever, "
            "anular, fim, chega, não quero, eliminar"
        ),
    ),
    "nl": Language(
        "NL BE SR AW CW",
        _words(
            "stoppen, afmelden, uitschrijven, opzeggen, annuleren, einde, verwijderen, afmelding"
        ),
    ),
    "pl": Language(
        "PL", _words("koniec, rezygnuję, rezygnacja, wypisz, wypisz mnie, anuluj, usuń, zatrzymaj")
    ),
    "sv": Language(
        "SE FI AX", _words("stopp, stoppa, sluta, avsluta, avregistrera, avanmäl, avbryt, ta bort")
    ),
    "da": Language("DK GL FO", _words("stop sms, afmeld, afmelding, frameld, afslut, slet, ophør")),
    "no": Language(
        "NO SJ", _words("stopp, avslutt, avmeld, meld av, avbestill, slutt, fjern, slett")
    ),
    "fi": Language(
        "FI AX", _words("lopeta, peru, peruuta, seis, poista, en halua, lopetus, peruutus")
    ),
    "is": Language("IS", _words("hætta, stöðva, afskrá, stopp")),
    "cs": Language(
        "CZ", _words("konec, odhlásit, zrušit, zastavit, ukončit, odhlásit se, dost, odhlaste")
    ),
    "sk": Language("SK", _words("koniec, odhlásiť, zrušiť, zastaviť, ukončiť, dosť, odhláste")),
    "sl": Language("SI", _words("odjava, konec, prekliči, ustavi, odjavi")),
    "hr": Language(
        "HR BA RS ME", _words("odjava, odjavi, prekid, prekini, otkaži, kraj, стоп, одјава")
    ),
    "hu": Language("HU", _words("leiratkozás, leiratkozom, állj, vége, törlés, lemondás, elég")),
    "ro": Language(
        "RO MD", _words("oprire, opreşte, oprește, dezabonare, anulare, anulează, stoi")
    ),
    "bg": Language("BG", _words("стоп, спри, спрете, отказ, край, отпиши, отпишете, отписване")),
    "el": Language(
        "GR CY", _words("στοπ, διακοπή, τέλος, διαγραφή, ακύρωση, σταμάτα, σταματήστε, απεγγραφή")
    ),
    "tr": Language(
        "TR CY",
        _words("dur, durdur, iptal, ret, çık, çıkış, son, iptal et, vazgeç, üyelik iptal"),
    ),
    "ru": Language(
        "RU BY KZ KG UA MD UZ TJ AM",
        _words("стоп, отписаться, отписка, отмена, хватит, отпишите, нет смс"),
    ),
    "uk": Language("UA", _words("стоп, відписатися, відписка, скасувати, досить, відпишіть")),
    "et": Language("EE", _words("lõpeta, peata, tühista, loobun, stopp, lõpp")),
    "lv": Language("LV", _words("beigt, pārtraukt, atcelt, atteikties, stāt, apturēt")),
    "lt": Language("LT", _words("sustabdyti, nutraukti, atšaukti, atsisakau, baigti, atsisakyti")),
    "ar": Language(
        "SA AE EG IQ JO KW LB LY MA DZ TN OM QA BH SD SY YE PS MR",
        _words("توقف, قف, إيقاف, ايقاف, إلغاء, الغاء, إلغاء الاشتراك, الغاء الاشتراك, أوقف, اوقف"),
    ),
    "he": Language("IL", _words("הסר, הסירו, הסירו אותי, הסרה, הפסק, עצור, די, ביטול, בטל")),
    "fa": Language("IR AF", _words("لغو, توقف, خیر پیامک, لغو اشتراک")),
    "hi": Language("IN", _words("रोकें, रोको, बंद, बंद करो, बंद करें, रद्द, रद्द करें, band karo, roko")),
    "id": Language("ID", _words("berhenti, batal, stop sms, unreg")),
    "ms": Language("MY BN SG", _words("berhenti, batal, henti, stop all")),
    "tl": Language("PH", _words("itigil, tigil, tama na")),
    "vi": Language("VN", _words("dừng, hủy, huỷ, ngừng, từ chối, tc, hủy bỏ")),
    "th": Language("TH", _words("หยุด, ยกเลิก, เลิก")),
    "ja": Language("JP", _words("停止, 解除, 配信停止, 中止, やめて, 退会, ストップ")),
    "ko": Language("KR", _words("수신거부, 중지, 정지, 거부, 그만, 취소")),
    "zh": Language("CN TW HK MO SG", _words("停止, 退订, 退訂, 取消, 拒收, td, t")),
    "sw": Language("KE TZ UG", _words("acha, simama, sitisha, ondoa")),
    "af": Language("ZA NA", _words("staak, kanselleer, verwyder")),
}

# Where a START written by the holder of the number is an established way back in.  Elsewhere the
# word is recorded and shown without effect: consent has its own formalities (a double opt-in with
# its proof in Germany and Austria, the operators' consent register in India, opt-out lists kept
# by the operators in France), and a person decides.
_GDPR = "GDPR art. 4(11) and recital 32: a clear affirmative act, by electronic means, is consent"
# All members but the three above.
_EEA = "BE BG CY CZ DK EE ES FI GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
_NANP = "CTIA Messaging Principles and the toll-free networks: START and UNSTOP opt in again"
START_MARKETS = {
    **dict.fromkeys(("US", "CA", "PR", "VI", "GU", "AS", "MP"), _NANP),
    **dict.fromkeys(_EEA.split(), _GDPR),
    "GB": "PECR reg. 22: the subscriber's own notice of consent, for the time being, is enough",
    "AU": "Spam Act 2003, schedule 2: express consent may be given by an electronic message",
    "NZ": "Unsolicited Electronic Messages Act 2007, s. 4: express consent, in whatever form",
}


@lru_cache(maxsize=300)
def stop_words_of(country: str) -> frozenset[str]:
    """Return the words of a country's languages, none of a country that is not known."""
    sets = [spoken.stop for spoken in LANGUAGES.values() if country in spoken.countries.split()]
    return frozenset().union(*sets)
