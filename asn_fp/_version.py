"""The version of this package, which an association carries as its ``code_version``."""

__version__ = "0.1.0"
