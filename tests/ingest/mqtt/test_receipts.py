import numpy as np

from ingest.mqtt.receipts import Receipt, Receipts


class Source:
    """Batches of one message at QoS 1."""

    def __init__(self) -> None:
        self.receipts = Receipts()
        self.connection = 0

    def connects(self, session_present: bool = True) -> None:
        self.connection += 1
        self.receipts.begin(session_present)

    def takes(self) -> Receipt:
        receipt = Receipt(self.connection, np.ones(1, np.uint16), np.zeros(0, np.uint16))
        self.receipts.add(receipt)
        return receipt

    def answers(self, *receipts: Receipt) -> None:
        for receipt in receipts:
            self.receipts.answered(receipt)


def test_an_answer_is_read_when_a_pingreq_that_was_sent_after_it_is_answered() -> None:
    source = Source()
    source.connects()
    first, second = source.takes(), source.takes()
    source.answers(first)
    source.receipts.asked()
    source.answers(second)
    source.receipts.asked()
    assert not first.proved
    source.receipts.heard()
    assert (first.proved, second.proved) == (True, False)
    source.receipts.heard()
    assert second.proved


def test_an_answer_to_nothing_proves_nothing() -> None:
    source = Source()
    source.connects()
    receipt = source.takes()
    source.answers(receipt)
    source.receipts.heard()
    assert receipt.answered
    assert not receipt.proved


def test_a_question_of_an_older_connection_is_never_answered() -> None:
    source = Source()
    source.connects()
    receipt = source.takes()
    source.answers(receipt)
    source.receipts.asked()
    source.connects()
    source.receipts.heard()
    assert not receipt.proved


def test_what_came_before_a_cut_does_not_come_again_once_all_that_did_is_read_and_more_after_it() -> None:
    source = Source()
    source.connects()
    lost = source.takes()
    source.connects()
    again = source.takes()
    source.answers(again)
    source.receipts.asked()
    source.receipts.heard()
    assert again.proved
    assert not lost.proved, "more may have come again after it"
    new = source.takes()
    source.answers(new)
    source.receipts.asked()
    source.receipts.heard()
    assert lost.proved


def test_of_a_session_that_is_gone_nothing_comes_again() -> None:
    source = Source()
    source.connects()
    receipt = source.takes()
    source.connects(session_present=False)
    assert receipt.proved


def test_a_batch_without_messages_that_want_an_answer_is_read_at_once() -> None:
    none = np.zeros(0, np.uint16)
    assert Receipt(1, none, none).proved
