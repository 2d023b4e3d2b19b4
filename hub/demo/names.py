"""Names of made-up people, composed of words usual in West Java; no list of real persons was used.

Word lists stand in order of popularity as measured in DOMAIN §4; so do spellings and the share of one word.
"""

from __future__ import annotations

from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_MEN_FIRST = _words(
    "ASEP AGUS MUHAMMAD AHMAD DEDE ABDUL ADE IWAN DEDI DADANG UJANG CECEP WAWAN ENDANG DENI BUDI HERI "
    "DEDEN YUSUF RAHMAT SAEPUL ZAENAL TAUFIK INDRA RIDWAN EDI ANDI YUDI RIZKI FAJAR HENDRA RUDI TATANG "
    "ENTIS USEP NANDANG AJAT ATEP DADAN EMAN ENGKOS IYUS JAJANG KOMAR MAMAN NANA OMAN OTONG PEPEN "
    "RUHIYAT SOLEH TARYANA UDIN UNDANG YAYAN ZAKI IRFAN FIRMAN DIMAS GILANG RIAN BAYU AGUNG ARIF IMAM "
    "EKA DWI TRI WAHYU SLAMET SUTRISNO BAMBANG"
)
_MEN_LAST = _words(
    "HIDAYAT SETIAWAN GUNAWAN NUGRAHA PERMANA MULYANA KURNIAWAN SAPUTRA SUPRIATNA SURYANA FIRMANSYAH "
    "HERMAWAN WIJAYA PRATAMA SUDRAJAT SUTISNA RUSTANDI KUSNADI SOBANDI ISKANDAR MAULANA RAMDANI SUHENDAR "
    "SUHERMAN HAKIM FAUZI ROHMAN SOPANDI KOSWARA MULYADI SETIADI BUDIMAN ARIFIN SULAEMAN JAELANI ANWAR "
    "SAEPUDIN ROSIDIN PURNAMA"
)
_WOMEN_FIRST = _words(
    "SITI SRI DEWI AI LILIS NENENG NUR EUIS IIS IMAS IDA DIAN ANI RINA YANTI TITIN ENTIN CUCU ELIS NIA "
    "RATNA YULI WIWIN TETI ATIK AISYAH NURUL ROHAYATI MAESAROH ENUNG ENOK ETI FITRI HENI IKA IMAH "
    "JUBAEDAH KOKOM LINA MIMIN NANI NINING NURHAYATI OOM PIPIH RENI ROSMAWATI SUMIATI TARSIH TINI UUN "
    "WATI YATI YAYAH ZAHRA PUTRI AYU INTAN NABILA SALSA DINI EVI ERNA EKA TRI DEDE"
)
_WOMEN_LAST = _words(
    "DEWI SARI PUTRI HANDAYANI RAHAYU RAHMAWATI SUSILAWATI LESTARI NURHAYATI SUSANTI KURNIASIH MARLINA "
    "WULANDARI HERAWATI SETIAWATI FITRIANI NINGSIH YULIANI NURJANAH ROHAENI KOMALASARI SUMARNI MULYATI "
    "ANGGRAENI PERTIWI AGUSTINA HASANAH FATIMAH KHOTIMAH SOLIHAT JULAEHA KARTIKA PUSPITA ROSDIANA AMELIA "
    "APRILIANI MAULIDA"
)
_HEADS = _words("SU KUS HER RUS SUR KAR WIR DAR TIS ROS YUS NUR SAN MUL GUN HAR BAS")
_MEN_ENDS = _words("DIANA DINATA NANDAR WANDI MAWAN TISNA HARJA SUMA YADI TAMAN LESMANA SASMITA")
_WOMEN_ENDS = _words("MIATI NIASIH DIANTI YANINGSIH TIKA MALA LIANI NAWATI HAENI MINAH")
MEN_LAST = (*_MEN_LAST, *(head + end for end in _MEN_ENDS for head in _HEADS))
WOMEN_LAST = (*_WOMEN_LAST, *(head + end for end in _WOMEN_ENDS for head in _HEADS))

_CLUSTERS = (
    "MUHAMMAD MUHAMAD M MOHAMAD MOCHAMAD MOH MOCH MUH",
    "YUSUF YUSUP",
    "AHMAD ACHMAD AKHMAD",
    "RAHMAT RACHMAT",
    "SAEPUL SAEFUL SYAIFUL SAIFUL",
    "ZAENAL ZENAL JENAL ZAINAL",
    "IRFAN IRPAN IRVAN",
    "TAUFIK TAUPIK TAOFIK",
    "FIRMAN PIRMAN",
    "ARIF ARIEF ARIP",
    "DENI DENNY DENY",
    "RIZKI RIZKY RIZQI",
    "KOSWARA KUSWARA",
    "SULAEMAN SULAIMAN",
    "JAELANI JAILANI ZAELANI",
    "SAEPUDIN SAEFUDIN SYAEFUDIN",
    "EVI EPI",
    "NUR NOOR NOER",
    "SITI ST",
    "EUIS EWIS",
    "AISYAH AISAH",
    "FITRI PITRI",
    "FITRIANI PITRIANI FITRIYANI",
    "NURHAYATI NURHAYATY",
    "RAHMAWATI RACHMAWATI ROHMAWATI",
    "YULI JULI",
    "YANTI JANTI",
    "KHOTIMAH HOTIMAH",
    "NURJANAH NURZANAH NURJANNAH",
    "JUBAEDAH ZUBAEDAH",
)
VARIANTS = {
    word: tuple(other for other in cluster.split() if other != word)
    for cluster in _CLUSTERS
    for word in cluster.split()
}
"""Word → other spellings of it."""

_ONE_WORD = {"L": 0.24, "P": 0.19}  # above the measured 17 and 12 %, which are those of better-off people
_THREE_WORDS = 0.18


def popular(rng: Random, words: tuple[str, ...]) -> str:
    """A word from a list in order of popularity, the front far more often."""
    return words[int(len(words) * rng.random() ** 2.2)]


def made_up_name(rng: Random, sex: str) -> str:
    """A name of one to three words for a man (L) or a woman (P)."""
    first = popular(rng, _MEN_FIRST if sex == "L" else _WOMEN_FIRST)
    kind = rng.random()
    if kind < _ONE_WORD[sex]:
        return first
    lasts = MEN_LAST if sex == "L" else WOMEN_LAST
    last = popular(rng, lasts)
    if kind > 1 - _THREE_WORDS:
        middle = popular(rng, lasts)
        return f"{first} {middle} {last}" if middle != last else f"{first} {last}"
    return f"{first} {last}"
