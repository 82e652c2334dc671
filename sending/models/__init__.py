"""The target of a delivery, what is prepared of it, what is handed over, and the rules."""

from sending.models.lane import Lane
from sending.models.launch import Launch
from sending.models.outgoing import Outgoing
from sending.models.preparation import Preparation
from sending.models.recipient import Recipient
from sending.models.typology import AllowedAddress, Typology, TypologyVersion
from sending.models.upload import Upload, UploadPiece

__all__ = [
    "AllowedAddress",
    "Lane",
    "Launch",
    "Outgoing",
    "Preparation",
    "Recipient",
    "Typology",
    "TypologyVersion",
    "Upload",
    "UploadPiece",
]
