"""One thread for linear algebra: quicker on small matrices, and the same sums every time."""

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["one_thread"]


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep BLAS and OpenMP to one thread inside the block.

    On matrices of this size several threads mostly wait for each other (a Telco comparison took
    23 s with two on a busy machine and 2 s with one), and they add up in an order that varies.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # ships no types

    with threadpool_limits(limits=1):
        yield
