"""Errors that are messages to a person: what is wrong, where, and what to do."""


class ConvaeError(Exception):
    """Something the user can put right; the message is one line that says how."""


class ConfigError(ConvaeError, ValueError):
    """A setting that cannot work; the message names the setting and the value."""


class DataError(ConvaeError):
    """The data set is missing, broken or out of reach."""


class RunError(ConvaeError):
    """A run directory that is missing, broken, busy or of another kind."""


class NonFiniteLossError(ConvaeError):
    """The training loss became NaN or infinite."""
