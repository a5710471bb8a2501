"""The errors that `listening` raises, drawn as a tree.

ListeningError
├── ConfigurationError     a YAML file, an option or a key is wrong
├── CodebookError          an unknown code, net or version
├── SourceError            a source cannot be read at all
│   ├── FormatError        a file or an answer is there, but is not what it should be
│   └── ServiceError       a service that does not answer now, and may in a minute
├── RowError               one row cannot be used; it is quarantined, the rest goes on
├── StoreError             the database is missing, locked, full or of another version
└── ModelError             a model folder is missing, incomplete or of another kind
"""


class ListeningError(Exception):
    """Any error that a user can mend; its message says what was found, where, and the remedy."""


class ConfigurationError(ListeningError):
    """A configuration file, an option or a key is wrong."""


class CodebookError(ListeningError):
    """A code, a net or a version that the codebook does not have."""


class SourceError(ListeningError):
    """A source that cannot be read at all."""


class FormatError(SourceError):
    """A file or an answer that is there but is not in the form announced."""


class ServiceError(SourceError):
    """A service on the network that does not answer now, and may in a minute."""


class RowError(ListeningError):
    """One row that cannot be used; the caller quarantines it and goes on.

    `row` names the place in the source (``ligne 14``) and `content` holds what was read there, not scrubbed; `cells`
    are those of the row, among them who wrote it, if anything tells.
    """

    def __init__(self, reason: str, *, row: str, content: str = "", cells: tuple[str, ...] = ()) -> None:
        super().__init__(f"{row} : {reason}")
        self.reason, self.row, self.content, self.cells = reason, row, content, cells


class StoreError(ListeningError):
    """A database that is missing, locked, full or of another version."""


class ModelError(ListeningError):
    """A model folder that is missing, incomplete or of another kind."""
