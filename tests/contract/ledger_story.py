"""A small made-up city, told to a ledger: every kind of fact once, in both logs, with checkpoints on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import orjson

from hub.domain.facts import Draft, Json, Ref
from hub.domain.ids import new_id
from hub.domain.kinds import Log
from hub.ledger.store import Ledger
from tests.contract.ledger_worlds import HUSBAND, KK, MOTHER, NAME, NIK, STREET, commit, disclose, warrant

Values = Mapping[str, Json]

_RULES = {
    "roles.csv": "role,purpose\nwalidata,pemadanan\npetugas_opd,penyaluran_bantuan\n",
    "policy.csv": "p, walidata, person:read\n",
}
_POLICY = {"version": 1, "digest": hashlib.sha256(orjson.dumps(_RULES)).hexdigest(), "rules": _RULES}
_GRANT = {
    "role": "petugas_opd", "agency": "dinsos", "territory": None,
    "starts_on": "2024-01-02", "ends_on": "2024-12-31",
}  # fmt: skip
_AREAS: tuple[tuple[Json, ...], ...] = (
    ("3273", "KOTA UJI", "CITY", None, "3273", []),
    ("327301", "SUKAMAJU", "KECAMATAN", "3273", "3273070", []),
    ("3273011001", "CIBUNGUR", "KELURAHAN", "327301", None, ["TJIBOENGOER", "Cibungur Kidul é"]),
)
_AREA_COLUMNS = ("code", "name", "level", "parent", "bps_code", "former_names")
_RUTA = "3273011001000001"
_PLACE = {"PROVINSI": "JAWA BARAT", "ALAMAT": STREET, "RT": "3", "RW": "4"}
_HOME = {"text": STREET, "rt": "003", "rw": "004", "area": "3273011001", "area_kind": "EXACT"}
_WIFE = {
    "nik": NIK, "nik_kind": "OK", "kk": KK, "kk_kind": "OK", "name": NAME, "name_key": "SITI ROHAYATI",
    "sex": "FEMALE", "born_on": "1985-05-05", "born_kind": "OK", "mother_name": MOTHER,
    "relation_to_head": "ISTRI", "padan": "PADAN",
}  # fmt: skip
_MAN = {
    "nik_kind": "SCIENTIFIC", "kk": KK, "kk_kind": "OK", "name": HUSBAND, "name_key": "UJANG KOSASIH",
    "sex": "MALE", "born_on": "1980-02-29", "born_kind": "OK", "relation_to_head": "KEPALA KELUARGA",
    "flags": ["nik_scientific"],
}  # fmt: skip
_MAN_LATER = {
    "nik": "3273012902800005", "nik_kind": "OK", "name": HUSBAND, "name_key": "UJANG KOSASIH", "sex": "MALE",
}  # fmt: skip
_PROGRAMME = {
    "code": "bpnt_uji", "name": "Bantuan Pangan Uji", "agency": "dinsos", "unit": "PERSON",
    "needs": ["pangan"], "funded_by": "APBD", "quota": 40,
}  # fmt: skip
_RULE = {"rule": "same-nik/1"}


class Story:
    """A small made-up city: every kind of fact at least once, both logs, checkpoints on the way.

    The drafts are shaped as hub.commands shapes them. `ids` names what came to be.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.ids: dict[str, str] = {}

    def tell(self) -> None:
        """Append the whole story."""
        self._founding()
        self._ledger.proofs.checkpoint(Log.CHANGES)
        self._intake()
        self._forming()
        disclose(self._ledger, self["person"])
        self._ledger.proofs.checkpoint(Log.DISCLOSURES)
        self._correcting()
        self._enrolling()
        disclose(self._ledger, self["person"], self["husband"])
        disclose(self._ledger, versions={self["officer"]: 1})
        self._second_release()
        for log in Log:
            self._ledger.proofs.checkpoint(log)

    def __getitem__(self, name: str) -> str:
        """The id with this name, drawn at its first mention."""
        return self.ids.setdefault(name, new_id())

    def _say(self, kind: str, name: str, *refs: Ref, of: str = "", **values: Values | None) -> Draft:
        """A fact called `name:kind` about the subject `of` (else `name`); `clear` and `payload` by name."""
        clear, payload = values.get("clear") or {}, values.get("payload")
        return Draft(self[f"{name}:{kind}"], kind, self[of or name], refs, clear, payload)

    def _commit(self, action: str, *drafts: Draft, agency: str | None = None) -> None:
        commit(self._ledger, *drafts, by=warrant(self["officer"], action, agency))

    def _ref(self, *names: str) -> tuple[Ref, ...]:
        """References to the things of these names, each in the role of its name."""
        return tuple((name, self[name]) for name in names)

    def _founding(self) -> None:
        machine, human = {"agency": None, "machine": True}, {"agency": "dinsos", "machine": False}
        self._commit(
            "hub:found",
            self._say("PolicyAdopted", "policy", clear=_POLICY),
            self._say("ActorRegistered", "officer", clear=machine, payload={"name": "sistem"}),
            self._say("ActorRegistered", "clerk", clear=human, payload={"name": "sitirohayati.uji"}),
        )
        grant, reason = {"grant": self["grant"], **_GRANT}, {"reason": "SK Kepala Dinas Nomor 800/12/2024"}
        self._commit("role:grant", self._say("RoleGranted", "clerk", clear=grant, payload=reason))
        areas = [dict(zip(_AREA_COLUMNS, area, strict=True)) | {"system": "KEMENDAGRI"} for area in _AREAS]
        self._commit(
            "area:list", *(self._say("AreaListed", f"area {area['code']}", clear=area) for area in areas)
        )
        dinsos = {"code": "dinsos", "name": "Dinas Sosial"}
        self._commit("agency:define", self._say("AgencyDefined", "dinsos", clear=dinsos))

    def _intake(self) -> None:
        self._open("release", "2024-01", "2024-01-31")
        self._commit(
            "release:take",
            self._chunk("release", accepted=2, refused=1),
            self._taken("dwelling", _RUTA, _PLACE, _HOME, identity=f"{_RUTA}|{STREET}|003|004"),
            self._taken("wife", f"{_RUTA}02", {"NAMA": NAME, "NOMOR NIK": NIK}, _WIFE),
            self._taken("man", f"{_RUTA}01", {"NAMA": HUSBAND, "NOMOR NIK": "3.27301E+15"}, _MAN),
        )
        closed = {"status": "CLOSED", "closed_on": "2024-02-03", "accepted": 2, "repeated": 0, "refused": 1}
        self._commit("release:close", self._say("ReleaseClosed", "release", clear=closed))

    def _open(self, name: str, label: str, as_of: str) -> None:
        digest = hashlib.sha256(label.encode()).hexdigest()
        clear = {"register": "dtks", "label": label, "as_of": as_of, "digest": digest, "status": "OPEN"}
        self._commit("release:open", self._say("ReleaseOpened", name, clear=clear))

    def _chunk(self, release: str, accepted: int = 0, repeated: int = 0, refused: int = 0) -> Draft:
        counts = {"chunk": 0, "accepted": accepted, "repeated": repeated, "refused": refused}
        return self._say("ChunkTaken", release, clear=counts)

    def _taken(  # noqa: PLR0917 - the columns of a record
        self,
        name: str,
        row_key: str,
        original: Values,
        standardised: Values,
        release: str = "release",
        identity: str | None = None,
    ) -> Draft:
        unit = "dwelling" if identity else "person"
        refs: tuple[Ref, ...] = (("release", self[release]),)
        if unit == "person":
            refs = (*refs, *self._ref("dwelling"))
        digest = self._ledger.vault.digest(orjson.dumps([row_key, original], option=orjson.OPT_SORT_KEYS))
        clear = {"register": "dtks", "unit": unit, "digest": digest}
        payload = {
            "row_key": row_key, "identity": identity or row_key,
            "original": original, "standardised": standardised,
        }  # fmt: skip
        said = f"{name}@{release}"
        return self._say("RecordTaken", said, *refs, of=name, clear=clear, payload=payload)

    def _evidence(self, name: str) -> Ref:
        return ("evidence", self[f"{name}@release:RecordTaken"])

    def _forming(self) -> None:
        others = (("address", self["address"]), ("family_card", self["card"]))
        values = {"name": 0, "sex": 0, "born_on": 0, "address": 1}
        unnamed = {"rule": "newest-confirmed/1", "chosen": values}
        chosen = {"rule": "newest-confirmed/1", "chosen": values | {"nik": 0}}
        wife, man, home = (self._evidence(each) for each in ("wife", "man", "dwelling"))
        by_wife, by_man = ("record", self["wife"]), ("record", self["man"])
        self._commit(
            "person:form",
            self._say("AddressFormed", "address", home, *self._ref("dwelling"), clear=_RULE),
            self._say("FamilyCardFormed", "card", wife, by_wife, clear=_RULE),
            self._say("PersonFormed", "person", by_wife, clear=_RULE),
            self._say("GoldenChosen", "person", wife, home, *others, clear=chosen),
            self._say("PersonFormed", "husband", by_man, clear=_RULE),
            self._say("GoldenChosen", "husband", man, home, *others, clear=unnamed),
        )

    def _correcting(self) -> None:
        values = {"born_on": "1985-05-15", "mother_name": MOTHER}
        payload = {"values": values, "evidence": "Salah ketik pada KTP, lihat akta kelahiran."}
        clear = {"fields": ["born_on", "mother_name"]}
        corrected = self._say("PersonCorrected", "person", clear=clear, payload=payload)
        evidence = (self._evidence("wife"), ("evidence", corrected.id), self._evidence("dwelling"))
        chosen = {"nik": 0, "name": 0, "sex": 0, "born_on": 1, "mother_name": 1, "address": 2}
        choice = {"rule": "newest-confirmed/1", "chosen": chosen}
        chosen_anew = self._say(
            "GoldenChosen", "corrected", *evidence, *self._ref("address"), of="person", clear=choice
        )
        self._commit("person:correct", corrected, chosen_anew)

    def _enrolling(self) -> None:
        programme = self._say("ProgrammeDefined", "programme", clear=_PROGRAMME)
        self._commit("programme:define", programme, agency="dinsos")
        refs = self._ref("person", "programme")
        proposed = {
            "status": "PROPOSED", "agency": "dinsos",
            "proposed_on": "2024-03-01", "proposed_by": self["clerk"],
        }  # fmt: skip
        note = {"note": f"Usulan RT untuk {NAME}"}
        proposal = self._say("EnrolmentProposed", "enrolment", *refs, clear=proposed, payload=note)
        self._commit("enrolment:propose", proposal, agency="dinsos")
        visible = {"agency": "dinsos", "until": None}
        enrolled = {"status": "ENROLLED", "from_on": "2024-04-01", "visible": visible}
        self._commit(
            "enrolment:accept",
            self._say("PersonEnrolled", "enrolment", *refs, clear=enrolled),
            self._say("PlacesCounted", "in", of="programme", clear={"enrolled_count": 1}),
        )
        visible = {"agency": "dinsos", "until": "2025-06-30"}
        ended = {"status": "ENDED", "to_on": "2024-06-30", "reason": "MOVED_OUT_CITY", "visible": visible}
        note = {"note": f"{NAME} pindah ke Cimahi"}
        self._commit(
            "enrolment:end",
            self._say("EnrolmentEnded", "enrolment", *refs, clear=ended, payload=note),
            self._say("PlacesCounted", "out", of="programme", clear={"enrolled_count": 0}),
        )
        suspended, reason = {"suspended": True, "suspended_on": "2024-07-01"}, {"reason": "Mutasi pegawai."}
        self._commit("actor:suspend", self._say("ActorSuspended", "clerk", clear=suspended, payload=reason))

    def _second_release(self) -> None:
        self._open("later", "2024-07", "2024-07-31")
        original = {"NAMA": HUSBAND, "NOMOR NIK": _MAN_LATER["nik"]}
        self._commit(
            "release:take",
            self._chunk("later", accepted=1, repeated=1),
            self._say("RecordSeen", "wife", ("release", self["later"])),
            self._taken("man", f"{_RUTA}01", original, _MAN_LATER, "later"),
        )
        abandoned = {"status": "ABANDONED", "abandoned_on": "2024-08-02"}
        reason = {"reason": f"Berkas salah: {HUSBAND} dua kali."}
        self._commit(
            "release:abandon", self._say("ReleaseAbandoned", "later", clear=abandoned, payload=reason)
        )
