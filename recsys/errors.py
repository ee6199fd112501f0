"""The errors users see: each names the thing, the value, what is legal and the next step."""

WORKER_DIED = "a worker process died"
"""How the message of a build begins whose worker was ended, most likely for want of memory."""


class RecsysError(Exception):
    """Base of every error this package raises on purpose."""


class InvalidParameterError(RecsysError, ValueError):
    """A recommender's parameter is unknown or out of range."""


class InvalidTableError(RecsysError, ValueError):
    """A table handed in lacks a column, is empty, or holds values that can't be used."""


class NothingToLearnError(InvalidTableError):
    """A table is as it should be, and holds nothing of what a recommender learns from."""


class DivergedError(InvalidParameterError):
    """A recommender's numbers grew beyond all bounds while it learned."""


class UnknownCustomerError(RecsysError, KeyError):
    """A customer id that the table or model doesn't hold."""

    __str__ = RecsysError.__str__  # KeyError would print the repr of the message


class UnknownProductError(RecsysError, KeyError):
    """A product id that the table or model doesn't hold."""

    __str__ = RecsysError.__str__


class UnknownValueError(RecsysError, LookupError):
    """A category or brand that no product of the database has."""


class NotFittedError(RecsysError, RuntimeError):
    """A recommender was asked for scores before `fit`."""


class CatalogueTooLargeError(RecsysError, MemoryError):
    """A model whose memory grows with the square of the catalogue was asked to fit a large one."""


class ShopFileError(RecsysError, ValueError):
    """The shop file, or a file it names, can't be read as asked."""


class NoRowsError(ShopFileError):
    """A file holds no rows, such as a month without sales: nothing to read, beside others."""


class DatabaseError(RecsysError, RuntimeError):
    """The database is missing, locked, or wasn't built by this package."""


class DatabaseInUseError(DatabaseError):
    """Another process writes to the database, or builds it."""


class DriftError(RecsysError):
    """A measure of the build is so far from what is expected that it isn't published."""


class MissingDependencyError(RecsysError, ImportError):
    """Something optional was asked for whose package isn't installed."""


REFUSALS = (CatalogueTooLargeError, DivergedError, NothingToLearnError)
"""What the data themselves make a recommender raise: a build goes on without it, and says so."""
