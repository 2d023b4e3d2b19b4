"""The files of the made-up city have the layouts of the registers, to the letter."""

from __future__ import annotations

import csv
import json
from dataclasses import fields
from pathlib import Path

import pytest

from hub.demo.city import CityFiles, write_registers
from hub.demo.shares import Shares
from hub.domain.errors import InvalidInput

P3KE_AREA = (
    "ID Keluarga P3KE,Provinsi,Kabupaten/Kota,Kecamatan,Desa,Kode Kemendagri,Desil Kesejahteraan,Alamat,"
)
P3KE_AID = "Penerima BPNT,Penerima BPUM,Penerima BST,Penerima PKH,Penerima SEMBAKO,Resiko Stunting"
HEADINGS = {
    "p3ke_keluarga.csv": (
        P3KE_AREA + "Kepala Keluarga,NIK,Padan Dukcapil,Jenis Kelamin,Tanggal Lahir,Pekerjaan,Pendidikan,"
        "Kepemilikan Rumah,Memiliki Simpanan Uang/Perhiasan/Ternak/Lainnya,Jenis Atap,Jenis Dinding,"
        "Jenis Lantai,Sumber Penerangan,Bahan Bakar Memasak,Sumber Air Minum,Fasilitas Buang Air Besar,"
        + P3KE_AID
    ),
    "p3ke_individu.csv": (
        P3KE_AREA + "ID Individu,Nama,NIK,Padan Dukcapil,Jenis Kelamin,Hubungan dengan Kepala Keluarga,"
        "Tanggal Lahir,Status Kawin,Pekerjaan,Pendidikan,Usia dibawah 7,Usia 7-12,Usia 13-15,Usia 16-18,"
        "Usia 19-21,Usia 22-59,Usia 60 tahun keatas," + P3KE_AID
    ),
    "regsosek_keluarga.csv": (
        "id_keluarga,r101,r102,r103,r104,r105,r105a,r106,r107,r108,r109,r110,r111,r112,r113,r114,r115,r201,"
        "r202,r203,r204,r205,r301a,r301b,r302,r303,r304,r305,r306a,r306b,r307a,r307b1,r307b2,r307b3,r308,"
        "r309a,r309b,r310,r501a,r501a_bulan,r501a_tahun,r501b,r501b_bulan,r501b_tahun,r501c,r501c_bulan,"
        "r501c_tahun,r501d,r501d_bulan,r501d_tahun,r501e,r501e_bulan,r501e_tahun,r501f,r501f_bulan,"
        "r501f_tahun,r501g,r501g_bulan,r501g_tahun,r502a,r502b,r502c,r502d,r502e,r502f,r502g,r502h,r502i,"
        "r502j,r502k,r502l,r502m,r502n,r503a,r503b,r504a,r504b,r504c,r504d,r504e,r505,r506"
    ),
    "regsosek_individu.csv": (
        "id_keluarga,r101,r102,r103,r104,r105,r105a,r110,r401,r402,r403,r404,r405,r406,r407,r408,r409,r410,"
        "r411,r412,r413,r414,r415,r416a,r416b,r417,r418,r419,r420a,r420b,r421,r422,r423,r424,r425,r426,r427,"
        "r428a,r428b,r428c,r428d,r428e,r428f,r428g,r428h,r428i,r428j,r429,r430,r431a,r431b,r431c,r431d,"
        "r431e,r431f"
    ),
    "dukcapil.csv": (
        "NIK,NO_KK,NAMA_LGKP,JENIS_KLMIN,TMPT_LHR,TGL_LHR,STAT_HBKEL,STAT_KWN,NAMA_LGKP_IBU,ALAMAT,NO_RT,"
        "NO_RW,KODE_WILAYAH,STATUS_DASAR"
    ),
    "pkh.csv": (
        "NO_PESERTA,NIK,NO_KK,NAMA_KEPALA_KELUARGA,ALAMAT,KELURAHAN,KECAMATAN,PERIODE,KOMPONEN,NOMINAL"
    ),
    "pbi_jkn.csv": "\ufeffNO_KARTU;NIK;NAMA;TGL_LAHIR;JK;KELURAHAN;KECAMATAN;SEGMEN;STATUS",
    "rutilahu.csv": "NO,NIK,NAMA_PENERIMA,ALAMAT,RT,RW,KELURAHAN,KECAMATAN,TAHUN,NILAI,SUMBER_DANA",
    "truth/persons.csv": "register,row_key,person_id",
    "truth/dukcapil.csv": "register,row_key,person_id",
    "truth/households.csv": "register,row_key,household_id,kk_family_id,members",
    "truth/enrolments.csv": "programme,row_key,person_id,household_id,kk_family_id,note",
    "truth/refused.csv": "register,file,line,row_key,reason",
    "truth/population.csv": (
        "person_id,nik,name,sex,birth_date,birth_place,mother_name,mother_id,father_id,household_id,"
        "kk_family_id,kk,marital,kelurahan_domicile,kelurahan_legal,decile,status,death_date,twin"
    ),
}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> CityFiles:
    return write_registers(tmp_path_factory.mktemp("city"), 1500, 3)


def content(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.*")}


def test_the_same_seed_gives_the_same_bytes_of_every_file(city: CityFiles, tmp_path: Path) -> None:
    write_registers(tmp_path, 1500, 3)
    again = content(tmp_path)
    assert again == content(city.folder)
    assert len(again) == 18


def test_a_register_is_the_same_whatever_else_is_written(city: CityFiles, tmp_path: Path) -> None:
    write_registers(tmp_path, 1500, 3, registers=("regsosek", "dtks"))
    found = content(tmp_path)
    assert "pkh.csv" not in found
    whole = content(city.folder)
    for file in (
        "dtks_siks_ng.csv",
        "regsosek_keluarga.csv",
        "regsosek_individu.csv",
        "truth/population.csv",
    ):
        assert found[file] == whole[file]


def test_a_register_that_does_not_exist_is_refused_and_nothing_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        write_registers(tmp_path / "city", 300, 3, registers=("dtks", "ktp"))
    assert not (tmp_path / "city").exists()


@pytest.mark.parametrize("file", HEADINGS)
def test_headings_and_line_ends_are_exact(city: CityFiles, file: str) -> None:
    raw = (city.folder / file).read_bytes()
    assert raw.split(b"\n")[0].decode() == HEADINGS[file]
    assert b"\r" not in raw
    assert raw.endswith(b"\n")


def test_dtsen_is_latin_1_with_bars_and_not_readable_as_utf_8(tmp_path: Path) -> None:
    raw = write_registers(tmp_path, 3000, 3, registers=("dtsen",)).dtsen[1].read_bytes()
    heading = raw.split(b"\n")[0].decode("latin-1").split("|")
    assert heading[:4] == ["nomor_induk_kependudukan", "nomor_kartu_keluarga", "nama", "jenis_kelamin"]
    assert b'"' not in raw
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")


def test_only_rows_to_be_refused_have_another_number_of_columns(city: CityFiles) -> None:
    with (city.truth / "refused.csv").open(encoding="utf-8", newline="") as stream:
        refused = list(csv.DictReader(stream))
    broken = {(row["file"], int(row["line"])) for row in refused if row["reason"] == "broken_columns"}
    found = set()
    separators = {
        "dtks_siks_ng.csv": "|",
        "dtsen_anggota.csv": "|",
        "dtsen_keluarga.csv": "|",
        "pbi_jkn.csv": ";",
    }
    for file in city.folder.glob("*.csv"):
        with file.open(encoding="latin-1", newline="") as stream:
            lines = list(csv.reader(stream, delimiter=separators.get(file.name, ",")))
        found |= {(file.name, number) for number, line in enumerate(lines, 1) if len(line) != len(lines[0])}
    assert found == broken


def test_the_knobs_stand_in_meta(city: CityFiles) -> None:
    meta = json.loads((city.truth / "meta.json").read_text(encoding="utf-8"))
    assert list(meta) == [
        "persons", "families", "kelurahan", "scenario", "seed", "namesakes", "twins", "registers", "knobs",
    ]  # fmt: skip
    assert meta["persons"] == city.persons
    assert meta["scenario"] == "default"
    assert set(meta["registers"]) == {"p3ke", "dtks", "regsosek", "dtsen"}
    assert set(meta["knobs"]) == {each.name for each in fields(Shares)}
