"""Alerts for the tests of the live view."""

from dashboard.live.alert_scene import AlertScene, Firing, Happening, Heard
from tests.dashboard.live.scenes import END_NS

FLOOD = Firing(
    number=3,
    severity="critical",
    level="CRITICAL",
    title="Siaga 2: a flood threatens",
    place="Temayang",
    since_ns=END_NS,
    office="Dinas Pekerjaan Umum Sumber Daya Air",
    office_id="pu-sda",
    told=("Tono Wijaya", "Fajar Kurniawan"),
)
SLOW = Firing(4, "warning", "WARNING", "Traffic is slow", "Kapas", END_NS, "", acknowledged_by="Agus Santoso")
ALERTS = AlertScene(
    script=("a gate of the Pacal dam opens; Kali Pacal, hulu rises 170 cm",),
    firing=(FLOOD, SLOW),
    began=5,
    notices=2,
    dry_commands=1,
    heard=(Heard(END_NS, "Tono Wijaya", "CRITICAL: Siaga 2: a flood threatens, Temayang"),),
    happenings=(Happening(1, END_NS, "alert no. 3 began"), Happening(2, END_NS, "notice to Tono Wijaya")),
)
