"""What registers assess about persons, families and dwellings: one name for what several of them ask alike.

The classes decide who may see a value (graph_schema.notation). Sources: headings of P3KE and DTKS (FORMATS),
questions of REGSOSEK22-K, columns of DTSEN. Values of different registers are kept side by side, never mixed:
their units, dates and answers differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from graph_schema.notation import Sensitivity
from hub.domain.errors import InvalidInput

_W, _H, _D = Sensitivity.WELFARE, Sensitivity.HEALTH, Sensitivity.DEMOGRAPHIC


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that registers assess."""

    name: str
    sensitivity: Sensitivity
    description: str
    """In Bahasa Indonesia, as pages show it."""
    asked: Mapping[str, tuple[str, ...]]
    """Register → its columns that ask for it; several when they are read together. `programme`: any list's."""


def _measure(
    name: str, sensitivity: Sensitivity, description: str, **asked: str | tuple[str, ...]
) -> Measure:
    columns = {each: (one,) if isinstance(one, str) else one for each, one in asked.items()}
    return Measure(name, sensitivity, description, MappingProxyType(columns))


_TABLE = (
    # Rank
    _measure(
        "decile", _W, "Desil kesejahteraan keluarga", p3ke="Desil Kesejahteraan", dtsen="desil_nasional"
    ),
    _measure("decile_province", _W, "Desil kesejahteraan di provinsi", dtsen="desil_provinsi"),
    _measure("decile_city", _W, "Desil kesejahteraan di kabupaten/kota", dtsen="desil_kabupaten_kota"),
    _measure("percentile", _W, "Persentil kesejahteraan nasional", dtsen="percentile_nasional"),
    _measure("rank_national", _W, "Peringkat kesejahteraan nasional", dtsen="peringkat_nasional"),
    _measure("rank_province", _W, "Peringkat kesejahteraan di provinsi", dtsen="peringkat_provinsi"),
    _measure("rank_city", _W, "Peringkat kesejahteraan di kabupaten/kota", dtsen="peringkat_kab_kota"),
    # The family
    _measure("family_status", _D, "Status keluarga menurut petugas", regsosek="r111"),
    _measure("member_count", _D, "Jumlah anggota keluarga", regsosek="r112", dtsen="jumlah_anggota_keluarga"),
    _measure("card_match", _D, "Kesesuaian keluarga dengan kartu keluarga", regsosek="r115"),
    _measure("survey_result", _D, "Hasil pendataan", regsosek="r205"),
    # The dwelling
    _measure(
        "home_ownership",
        _W,
        "Status kepemilikan rumah",
        p3ke="Kepemilikan Rumah",
        regsosek="r301a",
        dtsen="status_kepemilikan_rumah",
    ),
    _measure("land_proof", _W, "Bukti kepemilikan tanah", regsosek="r301b"),
    _measure("floor_area", _W, "Luas lantai (m²)", regsosek="r302", dtsen="luas_lantai"),
    _measure(
        "floor_material",
        _W,
        "Jenis lantai terluas",
        p3ke="Jenis Lantai",
        regsosek="r303",
        dtsen="jenis_lantai_terluas",
    ),
    _measure(
        "wall_material",
        _W,
        "Jenis dinding terluas",
        p3ke="Jenis Dinding",
        regsosek="r304",
        dtsen="jenis_dinding_terluas",
    ),
    _measure(
        "roof_material",
        _W,
        "Jenis atap terluas",
        p3ke="Jenis Atap",
        regsosek="r305",
        dtsen="jenis_atap_terluas",
    ),
    _measure(
        "drinking_water",
        _W,
        "Sumber air minum utama",
        p3ke="Sumber Air Minum",
        regsosek="r306a",
        dtsen="sumber_air_minum_utama",
    ),
    _measure("water_to_septic", _W, "Jarak sumber air minum ke penampungan tinja", regsosek="r306b"),
    _measure(
        "lighting",
        _W,
        "Sumber penerangan utama",
        p3ke="Sumber Penerangan",
        regsosek="r307a",
        dtsen="sumber_penerangan_utama",
    ),
    _measure("power_meter_1", _W, "Daya listrik meteran pertama", regsosek="r307b1", dtsen="daya_terpasang"),
    _measure("power_meter_2", _W, "Daya listrik meteran kedua", regsosek="r307b2"),
    _measure("power_meter_3", _W, "Daya listrik meteran ketiga", regsosek="r307b3"),
    _measure(
        "cooking_fuel",
        _W,
        "Bahan bakar utama memasak",
        p3ke="Bahan Bakar Memasak",
        regsosek="r308",
        dtsen="bahan_bakar_utama_memasak",
    ),
    _measure(
        "toilet",
        _W,
        "Fasilitas buang air besar",
        p3ke="Fasilitas Buang Air Besar",
        regsosek="r309a",
        dtsen="fasilitas_bab",
    ),
    _measure("closet", _W, "Jenis kloset", regsosek="r309b", dtsen="jenis_kloset"),
    _measure("sewage", _W, "Pembuangan akhir tinja", regsosek="r310", dtsen="pembuangan_akhir_tinja"),
    # Aid received, as the register of its date says; `_last` is the month of the last receipt, `YYYY-MM`
    _measure("received_bpnt", _W, "Penerima BPNT", p3ke="Penerima BPNT", dtks="BANSOS BPNT"),
    _measure("received_bpnt_ppkm", _W, "Penerima BPNT-PPKM", dtks="BANSOS BPNT-PPKM"),
    _measure("received_bpum", _W, "Penerima BPUM", p3ke="Penerima BPUM"),
    _measure("received_bst", _W, "Penerima BST", p3ke="Penerima BST"),
    _measure("received_pkh", _W, "Penerima PKH", p3ke="Penerima PKH", dtks="BANSOS PKH", regsosek="r501b"),
    _measure("received_pkh_last", _W, "Bulan terakhir menerima PKH", regsosek=("r501b_bulan", "r501b_tahun")),
    _measure("received_sembako", _W, "Penerima Program Sembako", p3ke="Penerima SEMBAKO", regsosek="r501a"),
    _measure(
        "received_sembako_last",
        _W,
        "Bulan terakhir menerima Program Sembako",
        regsosek=("r501a_bulan", "r501a_tahun"),
    ),
    _measure("received_pbi", _W, "Penerima bantuan iuran JKN", dtks="PBI JKN", dtsen="pbi_nas"),
    _measure("received_pbi_local", _W, "Penerima bantuan iuran pemerintah daerah", dtsen="pbi_pemda"),
    _measure("received_blt_desa", _W, "Penerima BLT Dana Desa", regsosek="r501c"),
    _measure(
        "received_blt_desa_last",
        _W,
        "Bulan terakhir menerima BLT Dana Desa",
        regsosek=("r501c_bulan", "r501c_tahun"),
    ),
    _measure("received_electricity_subsidy", _W, "Penerima subsidi listrik", regsosek="r501d"),
    _measure(
        "received_electricity_subsidy_last",
        _W,
        "Bulan terakhir menerima subsidi listrik",
        regsosek=("r501d_bulan", "r501d_tahun"),
    ),
    _measure("received_local_aid", _W, "Penerima bantuan pemerintah daerah", regsosek="r501e"),
    _measure(
        "received_local_aid_last",
        _W,
        "Bulan terakhir menerima bantuan pemerintah daerah",
        regsosek=("r501e_bulan", "r501e_tahun"),
    ),
    _measure("received_fertiliser_subsidy", _W, "Penerima subsidi pupuk", regsosek="r501f"),
    _measure(
        "received_fertiliser_subsidy_last",
        _W,
        "Bulan terakhir menerima subsidi pupuk",
        regsosek=("r501f_bulan", "r501f_tahun"),
    ),
    _measure("received_lpg_subsidy", _W, "Penerima subsidi LPG", regsosek="r501g"),
    _measure(
        "received_lpg_subsidy_last",
        _W,
        "Bulan terakhir menerima subsidi LPG",
        regsosek=("r501g_bulan", "r501g_tahun"),
    ),
    # Belongings
    _measure(
        "savings",
        _W,
        "Memiliki simpanan uang, perhiasan, ternak atau lainnya",
        p3ke="Memiliki Simpanan Uang/Perhiasan/Ternak/Lainnya",
    ),
    _measure("any_asset", _W, "Memiliki aset", dtsen="kepemilikan_aset"),
    _measure(
        "asset_gas_cylinder",
        _W,
        "Tabung gas 5,5 kg atau lebih",
        regsosek="r502a",
        dtsen="aset_bergerak_tabung_gas",
    ),
    _measure("asset_refrigerator", _W, "Lemari es", regsosek="r502b", dtsen="aset_bergerak_lemari_es"),
    _measure("asset_air_conditioner", _W, "AC", regsosek="r502c", dtsen="aset_bergerak_ac"),
    _measure("asset_water_heater", _W, "Pemanas air", regsosek="r502d", dtsen="aset_bergerak_pemanas_air"),
    _measure("asset_telephone", _W, "Telepon rumah", regsosek="r502e", dtsen="aset_bergerak_telepon_rumah"),
    _measure(
        "asset_television", _W, "Televisi layar datar", regsosek="r502f", dtsen="aset_bergerak_tv_datar"
    ),
    _measure("asset_gold", _W, "Emas atau perhiasan", regsosek="r502g", dtsen="aset_bergerak_emas_perhiasan"),
    _measure(
        "asset_computer",
        _W,
        "Komputer, laptop atau tablet",
        regsosek="r502h",
        dtsen="aset_bergerak_komputer_laptop_tablet",
    ),
    _measure("asset_bicycle", _W, "Sepeda", regsosek="r502i", dtsen="aset_bergerak_sepeda"),
    _measure("asset_motorcycle", _W, "Sepeda motor", regsosek="r502j", dtsen="aset_bergerak_sepeda_motor"),
    _measure("asset_car", _W, "Mobil", regsosek="r502k", dtsen="aset_bergerak_mobil"),
    _measure("asset_boat", _W, "Perahu", regsosek="r502l", dtsen="aset_bergerak_perahu"),
    _measure(
        "asset_motorboat",
        _W,
        "Kapal atau perahu motor",
        regsosek="r502m",
        dtsen="aset_bergerak_kapal_perahu_motor",
    ),
    _measure("asset_smartphone", _W, "Telepon pintar", regsosek="r502n", dtsen="aset_bergerak_smartphone"),
    _measure("other_land", _W, "Lahan lain", regsosek="r503a", dtsen="aset_tidak_bergerak_lahan_lainnya"),
    _measure("other_house", _W, "Rumah lain", regsosek="r503b", dtsen="aset_tidak_bergerak_rumah_lainnya"),
    _measure("cattle", _W, "Jumlah sapi", regsosek="r504a", dtsen="jumlah_ternak_sapi"),
    _measure("buffaloes", _W, "Jumlah kerbau", regsosek="r504b", dtsen="jumlah_ternak_kerbau"),
    _measure("horses", _W, "Jumlah kuda", regsosek="r504c", dtsen="jumlah_ternak_kuda"),
    _measure("pigs", _W, "Jumlah babi", regsosek="r504d", dtsen="jumlah_ternak_babi"),
    _measure("goats", _W, "Jumlah kambing atau domba", regsosek="r504e", dtsen="jumlah_ternak_kambing_domba"),
    _measure("internet", _W, "Akses internet keluarga", regsosek="r505"),
    _measure("account", _W, "Rekening atau dompet digital", regsosek="r506"),
    # The person
    _measure(
        "age_group",
        _D,
        "Kelompok umur",
        p3ke=(
            "Usia dibawah 7",
            "Usia 7-12",
            "Usia 13-15",
            "Usia 16-18",
            "Usia 19-21",
            "Usia 22-59",
            "Usia 60 tahun keatas",
        ),
    ),
    _measure("age", _D, "Umur saat pendataan (tahun)", regsosek="r407"),
    _measure("papers", _D, "Dokumen kependudukan yang dimiliki", regsosek="r411"),
    _measure("school_participation", _D, "Partisipasi sekolah", regsosek="r412", dtsen="partisipasi_sekolah"),
    _measure(
        "school_level",
        _D,
        "Jenjang pendidikan tertinggi yang pernah atau sedang diduduki",
        regsosek="r413",
        dtsen="jenjang_tertinggi_yang_diduduki",
    ),
    _measure(
        "school_class",
        _D,
        "Kelas tertinggi yang pernah atau sedang diduduki",
        regsosek="r414",
        dtsen="kelas_tertinggi_yang_diduduki",
    ),
    _measure("registered_education", _D, "Pendidikan menurut Dukcapil", dtsen="pendidikan_akhir_ktp"),
    _measure("registered_occupation", _D, "Pekerjaan menurut Dukcapil", dtsen="pekerjaan_ktp"),
    _measure("working", _W, "Bekerja", regsosek="r416a", dtsen="status_bekerja"),
    _measure("work_hours", _W, "Jam kerja seminggu", regsosek="r416b"),
    _measure(
        "work_sector",
        _W,
        "Lapangan usaha pekerjaan utama",
        regsosek="r417",
        dtsen="lapangan_usaha_dari_pekerjaan_utama",
    ),
    _measure("tax_number", _W, "Memiliki NPWP", regsosek="r419"),
    _measure(
        "own_business", _W, "Memiliki usaha sendiri atau bersama", regsosek="r420a", dtsen="kepemilikan_usaha"
    ),
    _measure("business_count", _W, "Jumlah usaha", regsosek="r420b", dtsen="jumlah_usaha"),
    _measure(
        "business_sector",
        _W,
        "Lapangan usaha utama",
        regsosek="r421",
        dtsen="lapangan_usaha_dari_usaha_utama",
    ),
    _measure(
        "business_paid_workers",
        _W,
        "Pekerja dibayar di usaha utama",
        regsosek="r422",
        dtsen="jumlah_pekerja_yang_dibayar_dari_usaha_utama",
    ),
    _measure(
        "business_unpaid_workers",
        _W,
        "Pekerja tidak dibayar di usaha utama",
        regsosek="r423",
        dtsen="jumlah_pekerja_yang_tidak_dibayar_dari_usaha_utama",
    ),
    _measure("business_licence", _W, "Izin usaha utama", regsosek="r424"),
    _measure(
        "business_turnover", _W, "Omzet usaha utama sebulan", regsosek="r425", dtsen="omzet_usaha_utama"
    ),
    _measure("business_internet", _W, "Penggunaan internet untuk usaha", regsosek="r426"),
    # Health
    _measure("pregnant", _H, "Sedang hamil", regsosek="r410"),
    _measure("stunting_risk", _H, "Risiko stunting", p3ke="Resiko Stunting"),
    _measure("nutrition", _H, "Kondisi gizi anak", regsosek="r427", dtsen="kondisi_gizi"),
    _measure("difficulty_sight", _H, "Kesulitan melihat", regsosek="r428a", dtsen="penglihatan"),
    _measure("difficulty_hearing", _H, "Kesulitan mendengar", regsosek="r428b", dtsen="pendengaran"),
    _measure(
        "difficulty_walking",
        _H,
        "Kesulitan berjalan atau naik tangga",
        regsosek="r428c",
        dtsen="berjalan_atau_naik_tangga",
    ),
    _measure(
        "difficulty_hands",
        _H,
        "Kesulitan menggerakkan tangan atau jari",
        regsosek="r428d",
        dtsen="menggunakan_tangan_jari",
    ),
    _measure(
        "difficulty_learning",
        _H,
        "Kesulitan belajar",
        regsosek="r428e",
        dtsen="belajar_kemampuan_intelektual",
    ),
    _measure(
        "difficulty_behaviour",
        _H,
        "Kesulitan mengendalikan perilaku",
        regsosek="r428f",
        dtsen="pengendalian_perilaku",
    ),
    _measure(
        "difficulty_speech",
        _H,
        "Kesulitan berbicara atau berkomunikasi",
        regsosek="r428g",
        dtsen="berbicara_komunikasi",
    ),
    _measure("difficulty_self_care", _H, "Kesulitan mengurus diri", regsosek="r428h", dtsen="mengurus_diri"),
    _measure(
        "difficulty_memory",
        _H,
        "Kesulitan mengingat atau berkonsentrasi",
        regsosek="r428i",
        dtsen="mengingat_berkonsentrasi",
    ),
    _measure("sadness", _H, "Kesedihan atau depresi", regsosek="r428j", dtsen="kesedihan_depresi"),
    _measure("carer", _H, "Memiliki perawat atau pendamping", regsosek="r429"),
    _measure("chronic_disease", _H, "Penyakit kronis", regsosek="r430", dtsen="penyakit_kronis"),
    # Protection
    _measure("health_insurance", _W, "Jaminan kesehatan", regsosek="r431a"),
    _measure("work_insurance", _W, "Jaminan ketenagakerjaan", regsosek="r431f"),
    _measure("received_prakerja", _W, "Peserta Prakerja", regsosek="r431b"),
    _measure("received_kur", _W, "Penerima KUR", regsosek="r431c"),
    _measure("received_umi", _W, "Penerima kredit UMi", regsosek="r431d"),
    _measure("received_pip", _W, "Penerima PIP", regsosek="r431e"),
    # Where DTSEN has a row from
    _measure("from_ground_check", _D, "Berasal dari ground check Kemensos", dtsen="is_gc_kemensos"),
    _measure("from_pbi", _D, "Berasal dari data PBI", dtsen="is_pbi_se"),
    _measure("from_siks_ng", _D, "Berasal dari SIKS-NG", dtsen="is_siks_ng"),
    # Entries of programme lists
    _measure("aid_amount", _W, "Nilai bantuan (rupiah)", programme="amount"),
    _measure("aid_component", _W, "Komponen bantuan", programme="component"),
    _measure("aid_segment", _W, "Segmen kepesertaan", programme="segment"),
    _measure("fund_source", _W, "Sumber dana", programme="fund_source"),
)
MEASURES: Mapping[str, Measure] = MappingProxyType({each.name: each for each in _TABLE})
"""Name → measure."""
_CLASS_OF = {each.name: each.sensitivity.value for each in _TABLE}  # looked up for every cell of every row


def measured_by(register: str) -> Mapping[str, str]:
    """Column → measure, for one register."""
    return {column: each.name for each in _TABLE for column in each.asked.get(register, ())}


def by_class(assessed: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Measures and values, parted by the sensitivity class of the measure. Raises InvalidInput for an unknown one."""
    parted: dict[str, dict[str, str]] = {}
    for name, value in assessed.items():
        kind = _CLASS_OF.get(name)
        if kind is None:
            raise InvalidInput(f"There is no measure {name!r}.", "See hub/domain/measures.py.")
        parted.setdefault(kind, {})[name] = value
    return parted
