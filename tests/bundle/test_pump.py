"""The thread between the writer and the lock hands everything on, in order, and never hangs."""

import threading

import pytest

from overdracht.bundle.pump import Blocks, Pump


def test_everything_sent_is_read_in_order() -> None:
    """Blocks of any size come out as one stream."""
    got = bytearray()

    def drain(source: Blocks) -> None:
        while piece := source.read(1000):
            got.extend(piece)

    pump = Pump(drain)
    blocks = [bytes([number]) * (number * 3001) for number in range(60)]
    for block in blocks:
        pump.send(block)
    pump.finish()
    assert bytes(got) == b"".join(blocks)


def test_what_ends_the_reader_comes_out_at_the_writer() -> None:
    """When the lock fails, the writer hears why at its next block, and does not wait for room that never comes."""

    def drain(source: Blocks) -> None:
        source.read(10)
        raise RuntimeError("vol")

    pump = Pump(drain)
    with pytest.raises(RuntimeError, match="vol"):
        for _ in range(100):
            pump.send(bytes(100))
    with pytest.raises(RuntimeError, match="vol"):
        pump.finish()


def test_giving_up_ends_the_thread() -> None:
    """After an abort no thread is left, whatever it was waiting for."""
    before = threading.active_count()

    def drain(source: Blocks) -> None:
        source.read(1 << 22)

    pump = Pump(drain)
    pump.send(b"x")
    pump.abort()
    assert threading.active_count() == before
