"""Baku tingkat kebisingan: how loud it may be where people live, work and pray."""

from typing import Literal

LandUse = Literal[
    "perumahan",
    "perdagangan-jasa",
    "perkantoran-perdagangan",
    "ruang-terbuka-hijau",
    "industri",
    "pemerintahan-fasilitas-umum",
    "rekreasi",
    "pelabuhan-laut",
    "cagar-budaya",
    "rumah-sakit",
    "sekolah",
    "tempat-ibadah",
]

LIMITS: dict[LandUse, float] = {
    "perumahan": 55,
    "perdagangan-jasa": 70,
    "perkantoran-perdagangan": 65,
    "ruang-terbuka-hijau": 50,
    "industri": 70,
    "pemerintahan-fasilitas-umum": 60,
    "rekreasi": 70,
    "pelabuhan-laut": 70,
    "cagar-budaya": 60,
    "rumah-sakit": 55,
    "sekolah": 55,
    "tempat-ibadah": 55,
}
"""dB(A), of KEP-48/MENLH/11/1996. For airports and railway stations the decree names no figure."""
