from config.hints import near_kinds
from config.settings import Device, Kind, Office, Settings, Source, Window, Windows


def test_the_usual_kinds_and_new_words_give_no_hint():
    settings = Settings(kinds={"lamp": Kind(), "waste": Kind(), "air": Kind()}, sources=(Source(kind="fire"),))
    assert near_kinds(settings) == []


def test_a_kind_that_is_nearly_a_usual_one_is_named_once():
    settings = Settings(
        devices=(Device(id="1", kind="parkng"), Device(id="2", kind="parkng")),
        offices=(Office(id="dlh", kinds=("Noise",)),),
        windows=Windows(sizes=(Window(size=60_000_000_000, kinds=("trafic",)),)),
    )
    assert near_kinds(settings) == [
        ("device '2'", "parkng", "parking"),
        ("office 'dlh'", "Noise", "noise"),
        ("windows.sizes[0]", "trafic", "traffic"),
    ]
